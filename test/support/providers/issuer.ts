/** An issuer of JSON Web Tokens. */

import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { atEnd } from '../leaks.ts';

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface IssuerOptions {
  /** Left out: it serves plain HTTP. */
  readonly tls?: Certificate;
}

/** It serves the public half of its keys. */
export async function issuer({ tls }: IssuerOptions = {}) {
  const keys: object[] = [];
  const sockets = new Set<Socket>();
  const state = { fetched: 0, connections: 0, status: 200, open: () => sockets.size };
  const answer: RequestListener = (_, response) => {
    state.fetched += 1;
    response.writeHead(state.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    state.connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  /** Shows another certificate from now on, to new connections and to those that stand. */
  const present = (certificate: Certificate) => {
    if (server instanceof TlsServer) server.setSecureContext(certificate);
    server.closeAllConnections();
  };
  const addKey = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    keys.push({ ...(await exportJWK(publicKey)), kid, alg: 'ES256' });
    return privateKey;
  };
  return { origin, url: `${origin}/jwks`, keys, state, addKey, present };
}

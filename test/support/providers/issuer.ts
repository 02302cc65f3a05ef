/** An issuer of JSON Web Tokens. */

import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { exportJWK, generateKeyPair } from 'jose';
import { atEnd } from '../leaks.ts';

export interface IssuerOptions {
  /** PEM. Left out: it serves plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** It serves the public half of its keys. */
export async function issuer({ tls }: IssuerOptions = {}) {
  const keys: object[] = [];
  const state = { fetched: 0, connections: 0, status: 200 };
  const answer: RequestListener = (_, response) => {
    state.fetched += 1;
    response.writeHead(state.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => {
    state.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const addKey = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    keys.push({ ...(await exportJWK(publicKey)), kid, alg: 'ES256' });
    return privateKey;
  };
  return { origin, url: `${origin}/jwks`, keys, state, addKey };
}

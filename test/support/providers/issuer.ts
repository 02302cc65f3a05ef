/** An issuer of JSON Web Tokens. */

import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { atEnd } from '../leaks.ts';

/** It serves the public half of its keys. */
export async function issuer() {
  const keys: object[] = [];
  const state = { fetched: 0, status: 200 };
  const server = createServer((_, response) => {
    state.fetched += 1;
    response.writeHead(state.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/jwks`;
  const addKey = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    keys.push({ ...(await exportJWK(publicKey)), kid, alg: 'ES256' });
    return privateKey;
  };
  return { url, keys, state, addKey };
}

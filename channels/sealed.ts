/** Texts that only who has the same secret can read: sealed as stored secrets are, by a key that HKDF-SHA-256 (RFC 5869) makes of it. */

import { hkdfSync, randomBytes } from 'node:crypto';
import { IV_BYTES, type Keyring, type Sealed, seal as sealBy, unseal as unsealBy } from '../access/secret-box.ts';
import { jsonObject } from './json-object.ts';

const WHAT = { tenant: '', name: 'kept by a channel' };

/** JSON. */
export function seal(text: string, secret: string): string {
  return JSON.stringify(sealBy(keyringOf(secret), WHAT, text, randomBytes(IV_BYTES)));
}

/** null: sealed under another secret, changed on its way, or no sealed text. */
export function unseal(sealed: string, secret: string): string | null {
  const { key, iv, text } = jsonObject(sealed) ?? {};
  if (typeof key !== 'string' || typeof iv !== 'string' || typeof text !== 'string') return null;
  const record: Sealed = { version: 1, key, iv, text };
  const opened = unsealBy(keyringOf(secret), WHAT, record);
  return opened.code === 'secret.opened' ? opened.value : null;
}

function keyringOf(secret: string): Keyring {
  return { keys: [{ id: 'of a secret', bytes: Buffer.from(hkdfSync('sha256', secret, '', 'herald sealed 1', 32)) }] };
}

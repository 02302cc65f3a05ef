/**
 * Secrets as they are stored: AES-256-GCM (NIST SP 800-38D), by a key that is never where they are. Whose secret it is and what it is called
 * is authenticated with it, so that one record cannot pass for another.
 */

import { createCipheriv, createDecipheriv, hash } from 'node:crypto';

/** The first encrypts, all decrypt: so a key can take the place of another. */
export interface Keyring {
  readonly keys: readonly [SecretKey, ...SecretKey[]];
}

export interface SecretKey {
  /** Tells keys apart, and nothing of them. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface Sealed {
  readonly version: 1;
  /** Id of the key. */
  readonly key: string;
  /** Base64, as is the text; the tag stands at its end. */
  readonly iv: string;
  readonly text: string;
}

export interface SecretName {
  readonly tenant: string;
  readonly name: string;
}

export type Opened =
  | { readonly code: 'secret.opened'; readonly value: string }
  /** `key`: id of the one that it takes. */
  | { readonly code: 'secret.other-key'; readonly key: string }
  /** Changed since it was stored, or another's. */
  | { readonly code: 'secret.damaged' };

const KEY_BYTES = 32;
/** 96 bits, as GCM wants them; random ones may seal far more secrets than there will ever be. */
export const IV_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

/** Keys of 32 bytes each, in base64 or hexadecimal, with commas between them; null: not that. */
export function readKeyring(text: string): Keyring | null {
  const [first, ...others] = text.split(',').map((one) => keyFrom(one.trim()));
  if (first === undefined || first === null || others.includes(null)) return null;
  return { keys: [first, ...(others as SecretKey[])] };
}

function keyFrom(text: string): SecretKey | null {
  const isHex = /^[0-9a-fA-F]{64}$/.test(text);
  if (!isHex && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const bytes = Buffer.from(text, isHex ? 'hex' : 'base64');
  if (bytes.length !== KEY_BYTES) return null;
  return { id: hash('sha256', Buffer.concat([Buffer.from('herald secret key\n'), bytes])).slice(0, 8), bytes };
}

/** `iv`: IV_BYTES of randomness, never used before. */
export function seal({ keys: [key] }: Keyring, name: SecretName, value: string, iv: Uint8Array): Sealed {
  if (iv.length !== IV_BYTES) throw new TypeError(`an IV of ${iv.length} bytes`);
  const cipher = createCipheriv(ALGORITHM, key.bytes, iv);
  cipher.setAAD(bound(name));
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { version: 1, key: key.id, iv: Buffer.from(iv).toString('base64'), text: text.toString('base64') };
}

export function unseal({ keys }: Keyring, name: SecretName, sealed: Sealed): Opened {
  const key = keys.find(({ id }) => id === sealed.key);
  if (key === undefined) return { code: 'secret.other-key', key: sealed.key };
  const [iv, text] = [Buffer.from(sealed.iv, 'base64'), Buffer.from(sealed.text, 'base64')];
  if (iv.length !== IV_BYTES || text.length < TAG_BYTES) return { code: 'secret.damaged' };
  const cipher = createDecipheriv(ALGORITHM, key.bytes, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(bound(name));
  cipher.setAuthTag(text.subarray(-TAG_BYTES));
  try {
    const value = Buffer.concat([cipher.update(text.subarray(0, -TAG_BYTES)), cipher.final()]);
    return { code: 'secret.opened', value: value.toString('utf8') };
  } catch {
    // The one thing that final() throws for: the tag does not fit.
    return { code: 'secret.damaged' };
  }
}

function bound({ tenant, name }: SecretName): Buffer {
  return Buffer.from(`herald secret 1\n${tenant}/${name}`);
}

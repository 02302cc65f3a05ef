/**
 * Texts that only who has the same secret can read: AES-256-GCM (NIST SP 800-38D) under a key that HKDF-SHA-256 (RFC 5869) makes of the
 * secret. `version.nonce.tag.text`, in base64url.
 */

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = '1';
const CIPHER = 'aes-256-gcm';

export function seal(text: string, secret: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(CIPHER, keyOf(secret), nonce);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return [VERSION, ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join('.');
}

/** null: sealed under another secret, changed on its way, or no sealed text. */
export function unseal(sealed: string, secret: string): string | null {
  const [version, ...parts] = sealed.split('.');
  const [nonce, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'));
  if (version !== VERSION || parts.length !== 3 || nonce?.length !== 12 || tag?.length !== 16) return null;
  const decipher = createDecipheriv(CIPHER, keyOf(secret), nonce).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(text!), decipher.final()]).toString('utf8');
  } catch {
    // The tag does not hold: the one thing that `final` throws for.
    return null;
  }
}

function keyOf(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'herald sealed 1', 32));
}

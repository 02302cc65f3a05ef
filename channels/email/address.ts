/**
 * Mail addresses as operators declare them and people give them: `ops@example.com` or `Ops <ops@example.com>`. Everything that
 * ends up in a header or an SMTP command passes through here, so nothing in it can end a line or open another address.
 * Source: RFC 5321 section 4.1.2 and 4.5.3.1 for lengths; the forms are narrower: no quoted local part, no address literal,
 * no comments, no groups.
 */

import { domainToASCII } from 'node:url';

export interface Mailbox {
  /** Shown beside the address; may be empty. */
  readonly name: string;
  /** The domain in ASCII (punycode) and lower case. */
  readonly address: string;
}

const LONGEST_ADDRESS = 254;
const LONGEST_LOCAL_PART = 64;
const LONGEST_NAME = 200;

/** Atoms of RFC 5322 and, by RFC 6531, any letter beyond ASCII; dots only between atoms. */
const LOCAL_PART = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** Line ends, other control and format characters, and what would start another address or part of a header. */
const NOT_IN_NAME = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>"@,;:\\[\]()]/u;

/** null: no mail address. `localhost` as a domain is one: relays on the same host take it. */
export function addressIn(text: string): string | null {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > LONGEST_ADDRESS) return null;
  const local = text.slice(0, at);
  // domainToASCII would leave blanks and line ends out without a word.
  if (/[\s\p{Cc}\p{Cf}]/u.test(text)) return null;
  const domain = domainToASCII(text.slice(at + 1)).toLowerCase();
  if (local.length > LONGEST_LOCAL_PART || !LOCAL_PART.test(local) || !DOMAIN.test(domain)) return null;
  const address = `${local}@${domain}`;
  return address.length > LONGEST_ADDRESS ? null : address;
}

/** null: neither `a@b.c` nor `Name <a@b.c>`, or something in it that a header must not hold. */
export function mailboxIn(text: string): Mailbox | null {
  const trimmed = text.trim();
  const named = /^(.*?)\s*<([^<>]+)>$/su.exec(trimmed);
  if (named === null) {
    const address = addressIn(trimmed);
    return address === null ? null : { name: '', address };
  }
  const name = (named[1] ?? '').replace(/^"(.*)"$/su, '$1');
  const address = addressIn(named[2] ?? '');
  if (address === null || name.length > LONGEST_NAME || NOT_IN_NAME.test(name)) return null;
  return { name, address };
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

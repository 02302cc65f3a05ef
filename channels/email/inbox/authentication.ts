/** What the mail server found out about the sender of a mail: Authentication-Results (RFC 8601). */

import type { Email } from 'postal-mime';
import { domainOf } from '../address.ts';

export interface Authentication {
  /** Its authserv-id: headers of other names may have come with the mail. */
  readonly server: string;
  readonly require: 'dmarc' | 'dkim' | 'spf';
}

/** The server puts its header on top and takes away those that came in under its name: only the first one counts. */
export function isAuthenticated(mail: Email, from: string, { server, require }: Authentication): boolean {
  const results = mail.headers
    .filter(({ key }) => key === 'authentication-results')
    .map(({ value }) => value.replace(/\([^()]*\)/g, ' ').trim())
    .find((value) => (value.split(/[\s;]/)[0] ?? '').toLowerCase() === server.toLowerCase());
  if (results === undefined) return false;
  const domain = domainOf(from).toLowerCase();
  return results
    .split(';')
    .slice(1)
    .map((result) => result.trim().toLowerCase())
    .some((result) => result.startsWith(`${require}=pass`) && speaksFor(result, require, domain));
}

/** DMARC looks at From itself; of DKIM and SPF it must be seen that they passed for the domain in From. */
function speaksFor(result: string, by: Authentication['require'], domain: string): boolean {
  if (by === 'dmarc') return !result.includes('header.from=') || propertyOf(result, 'header.from') === domain;
  if (by === 'dkim') return within(domain, propertyOf(result, 'header.d') || domainIn(propertyOf(result, 'header.i')));
  return within(domain, domainIn(propertyOf(result, 'smtp.mailfrom')));
}

function within(domain: string, signer: string): boolean {
  return signer.includes('.') && (domain === signer || domain.endsWith(`.${signer}`));
}

function propertyOf(result: string, property: string): string {
  const found = result.split(/\s+/).find((word) => word.startsWith(`${property}=`));
  return found?.slice(property.length + 1).replace(/^"|"$/g, '') ?? '';
}

function domainIn(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

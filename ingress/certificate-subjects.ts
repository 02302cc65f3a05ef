/** The names in a client's certificate, which TLS has checked against the CA of the listener already. */

import { X509Certificate } from 'node:crypto';

/** A connection shows the same one for every request. */
const known = new Map<string, readonly string[]>();
const MOST_KNOWN = 1000;

/** `pem`: empty where none was shown. */
export function subjectsOf(pem: string): readonly string[] | null {
  if (pem === '') return null;
  const before = known.get(pem);
  if (before !== undefined) return before;
  const { subject, subjectAltName } = new X509Certificate(pem);
  const common =
    subject?.split('\n').flatMap((line) => (line.startsWith('CN=') ? [line.slice('CN='.length)] : [])) ?? [];
  // `DNS:a, URI:spiffe://b, email:c`. One with a comma in it is quoted, and matches nothing here.
  const alternative = subjectAltName?.split(', ').map((name) => name.slice(name.indexOf(':') + 1)) ?? [];
  const names = [...common, ...alternative];
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(pem, names);
  return names;
}

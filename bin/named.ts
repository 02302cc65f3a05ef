/** Names on a command line, and who gives the command. */

import { type Input, UsageError } from './command.ts';

/** `NAME`, which is of the tenant default, or `TENANT/NAME`. */
export function resourceNamed(given: string): { readonly tenant: string; readonly name: string } {
  const slash = given.indexOf('/');
  return slash < 0
    ? { tenant: 'default', name: given }
    : { tenant: given.slice(0, slash), name: given.slice(slash + 1) };
}

/** `FINGERPRINT`, which is of the tenant default, or `TENANT/FINGERPRINT`. Throws UsageError. */
export function alertNamed(given: string): { readonly tenant: string; readonly fingerprint: string } {
  const match = /^(?:([^/]+)\/)?([0-9a-f]{16})$/i.exec(given);
  if (match !== null) return { tenant: match[1] ?? 'default', fingerprint: match[2]!.toLowerCase() };
  const allowed = 'TENANT/FINGERPRINT, the latter 16 hex digits, as herald send prints them';
  throw new UsageError(`${JSON.stringify(given)}: ${allowed}`);
}

/** The body of a request that does something, with who asks for it. */
export function bodyBy({ variables }: Pick<Input, 'variables'>, more: object = {}): string {
  return JSON.stringify({ by: variables.USER || 'herald', ...more });
}

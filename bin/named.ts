/** Names on a command line, and who gives the command. */

import type { Input } from './command.ts';

/** `NAME`, which is of the tenant default, or `TENANT/NAME`. */
export function resourceNamed(given: string): { readonly tenant: string; readonly name: string } {
  const slash = given.indexOf('/');
  return slash < 0
    ? { tenant: 'default', name: given }
    : { tenant: given.slice(0, slash), name: given.slice(slash + 1) };
}

/** The body of a request that does something, with who asks for it. */
export function bodyBy({ variables }: Pick<Input, 'variables'>, more: object = {}): string {
  return JSON.stringify({ by: variables.USER || 'herald', ...more });
}

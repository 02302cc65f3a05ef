/** What a query is: parameters in, JSON out. Its caller has validated the parameters; what is wrong here is passed over. */

import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

export type Params = Readonly<Record<string, unknown>>;

/** Of a row that is asked for by its id: whether who asks may know of it. */
export function isSeen(params: Params, { tenant }: { readonly tenant: string }): boolean {
  return tenantsIn(params)?.includes(tenant) ?? true;
}

export type ArchiveQuery = (db: Kysely<Tables>, params: Params) => Promise<unknown>;

/** The query cannot be answered as asked. `code` is stable. */
export class QueryRefused extends Error {
  readonly code: 'query.unknown' | 'query.cursor' | 'query.parameter' | 'query.not-found';

  constructor(code: QueryRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Those whose data may be in the answer; null: all. */
export function tenantsIn({ tenants }: Params): readonly string[] | null {
  return Array.isArray(tenants) ? tenants.filter((tenant) => typeof tenant === 'string') : null;
}

/** null when absent or empty. */
export function text(params: Params, name: string): string | null {
  const value = params[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function requiredText(params: Params, name: string): string {
  const value = text(params, name);
  if (value === null) throw new QueryRefused('query.parameter', `${name} is missing`);
  return value;
}

/** RFC 3339 in UTC, as all times in answers. */
export function time(at: number): string {
  return new Date(at).toISOString();
}

export function timeOrNull(at: number | null): string | null {
  return at === null ? null : time(at);
}

/** The bodies of requests about API keys: every problem by its path. */

import type { Grant } from '../access/identity.ts';
import { ROLE_NAMES, type RoleName } from '../access/role.ts';
import { Problems } from '../ingress/problem.ts';
import type { Reply } from '../ingress/route.ts';
import { parseDuration } from '../resources/duration.ts';
import { DEFAULT_TENANT, DNS_LABEL } from '../resources/resource.ts';
import { type Fields, invalid, readObject } from './json-body.ts';

export interface KeySpec {
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly expiresAt: number | null;
}

type Refused = { readonly refused: Reply };

/** A token of a NATS subject, and of a URL. */
const NAME = /^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$/;
const TENANT = new RegExp(DNS_LABEL);
const ALL = '*';
const MOST_TENANTS = 100;
const DEFAULT_OVERLAP = 24 * 3_600_000;

/** `now`: from which on it expires. */
export function readKeySpec(body: Buffer, now: number): KeySpec | Refused {
  const read = readObject(body);
  if ('refused' in read) return read;
  const { name, expiresIn } = read.fields;
  const problems = new Problems();
  if (typeof name !== 'string' || !NAME.test(name)) {
    problems.add('/name', name ?? null, 'at most 63 lower-case letters, digits, hyphens and underscores');
  }
  const roles = rolesIn(problems, read.fields);
  const tenants = tenantsIn(problems, read.fields);
  const lasts = durationIn(problems, '/expiresIn', expiresIn);
  if (lasts === 0) problems.add('/expiresIn', expiresIn, 'a duration longer than 0, such as 90d');
  if (problems.count > 0) return { refused: invalid(problems) };
  const grants = roles.map((role) => ({ role, tenants }));
  return { name: name as string, grants, expiresAt: lasts === null ? null : now + lasts };
}

/** Milliseconds. */
export function readOverlap(body: Buffer): number | Refused {
  const read = readObject(body);
  if ('refused' in read) return read;
  const problems = new Problems();
  const overlap = durationIn(problems, '/overlap', read.fields.overlap);
  return problems.count > 0 ? { refused: invalid(problems) } : (overlap ?? DEFAULT_OVERLAP);
}

function rolesIn(problems: Problems, { roles }: Fields): readonly RoleName[] {
  const given: readonly unknown[] = Array.isArray(roles) ? [...new Set(roles)] : [];
  const known = given.flatMap((role) => ROLE_NAMES.find((one) => one === role) ?? []);
  if (known.length === 0 || known.length < given.length) {
    problems.add('/roles', roles ?? null, `a list of ${ROLE_NAMES.join(', ')}`);
  }
  return known;
}

function tenantsIn(problems: Problems, { tenants = [DEFAULT_TENANT] }: Fields): readonly string[] | null {
  const given: readonly unknown[] = Array.isArray(tenants) ? tenants : [];
  const known = given.filter((one) => typeof one === 'string' && (one === ALL || TENANT.test(one))) as string[];
  if (known.length === 0 || known.length < given.length || known.length > MOST_TENANTS) {
    problems.add('/tenants', tenants, `a list of names of tenants, or ["*"] for all`);
  }
  return known.includes(ALL) ? null : known;
}

/** null: left out, or wrong. */
function durationIn(problems: Problems, path: string, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const read = typeof value === 'string' ? parseDuration(value) : null;
  if (read === null) problems.add(path, value, 'a duration such as 90d or 12h');
  return read;
}

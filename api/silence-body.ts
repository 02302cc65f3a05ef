/** The body of POST /v1/silences: every problem by its path. */

import { actingAs, type Identity } from '../access/identity.ts';
import type { CompiledMatcher } from '../alert/matcher.ts';
import type { Silence } from '../alert/silence.ts';
import { Problems } from '../ingress/problem.ts';
import type { Reply } from '../ingress/route.ts';
import { readMatchersOfRequest } from '../resources/matcher.ts';
import { DEFAULT_TENANT } from '../resources/resource.ts';
import { invalid, readObject, textField, timeField } from './json-body.ts';

export interface SilenceBody {
  readonly tenant: string;
  /** Of the silence that it changes; null: a new one. */
  readonly id: string | null;
  readonly content: Omit<Silence, 'id' | 'tenant'>;
  readonly matchers: readonly CompiledMatcher[];
}

interface ReadMatchers {
  readonly texts: readonly string[];
  readonly matchers: readonly CompiledMatcher[];
}

const FIELDS = ['tenant', 'id', 'matchers', 'startsAt', 'endsAt', 'createdBy', 'comment', 'broad'];
/** What GET says besides: somebody may send back what was read, with a change. */
const ANSWERED = ['state', 'declared', 'createdAt', 'updatedAt', 'endedEarly', 'held'];
const MOST_MATCHERS = 50;
const LONGEST_MATCHER = 2000;
const LONGEST_NAME = 200;
const LONGEST_COMMENT = 2000;

/** `now`: where it has no startsAt, it starts at once. `tenants`: those that there are for who asks. */
export function readSilence(
  body: Buffer,
  { now, tenants, identity }: { now: number; tenants: readonly string[]; identity: Identity },
): SilenceBody | { readonly refused: Reply } {
  const read = readObject(body);
  if ('refused' in read) return read;
  const { fields } = read;
  const problems = new Problems();
  // With a startAt it would begin at once, and nobody would know why.
  for (const name of Object.keys(fields)) {
    if (!FIELDS.includes(name) && !ANSWERED.includes(name))
      problems.add(`/${name}`, fields[name], `no such field; ${FIELDS.join(', ')}`);
  }
  const tenant = textField(problems, '/tenant', fields.tenant, LONGEST_NAME) || DEFAULT_TENANT;
  if (!tenants.includes(tenant)) problems.add('/tenant', tenant, tenantsAllowed(tenants));
  const id = textField(problems, '/id', fields.id, LONGEST_NAME) || null;
  const { texts, matchers } = matchersIn(problems, fields.matchers);
  const startsAt = timeField(problems, '/startsAt', fields.startsAt, false) ?? now;
  const endsAt = timeField(problems, '/endsAt', fields.endsAt, true);
  if (endsAt !== null && endsAt <= Math.max(startsAt, now)) {
    problems.add('/endsAt', fields.endsAt, 'a time after startsAt and in the future');
  }
  if (fields.broad !== undefined && typeof fields.broad !== 'boolean')
    problems.add('/broad', fields.broad, 'true or false');
  const createdBy = actingAs(identity, textField(problems, '/createdBy', fields.createdBy, LONGEST_NAME));
  const comment = textField(problems, '/comment', fields.comment, LONGEST_COMMENT);
  if (problems.count > 0 || endsAt === null) return { refused: invalid(problems) };
  const content = { matchers: texts, startsAt, endsAt, createdBy, comment, broad: fields.broad === true };
  return { tenant, id, content, matchers };
}

const MOST_TENANTS = 20;

/** No alert can belong to another: sources make tenants. */
function tenantsAllowed(tenants: readonly string[]): string {
  const more = tenants.length > MOST_TENANTS ? ` and ${tenants.length - MOST_TENANTS} more` : '';
  return `a tenant that resources are declared for: ${tenants.slice(0, MOST_TENANTS).join(', ')}${more}`;
}

/** Those that can be read. */
function matchersIn(problems: Problems, value: unknown): ReadMatchers {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_MATCHERS) {
    problems.add('/matchers', value ?? null, `a list of 1 to ${MOST_MATCHERS} matchers such as severity="critical"`);
    return { texts: [], matchers: [] };
  }
  const read = readMatchersOfRequest();
  const texts: string[] = [];
  const matchers: CompiledMatcher[] = [];
  for (const [i, text] of value.entries()) {
    if (typeof text !== 'string' || text.length > LONGEST_MATCHER) {
      problems.add(`/matchers/${i}`, text, `a matcher of at most ${LONGEST_MATCHER} characters`);
      continue;
    }
    const matcher = read(text);
    if ('problem' in matcher) problems.add(`/matchers/${i}`, text, `${matcher.allowed} (${matcher.problem})`);
    else matchers.push(matcher);
    texts.push(text);
  }
  return { texts, matchers };
}

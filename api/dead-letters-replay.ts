/** POST /v1/dead-letters/replay: many at once, by what they have in common. */

import type { ReplayEntry } from '../alert/entry.ts';
import { Problems } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { type Caller, notIn, scoped, sees } from './caller.ts';
import { type Fields, invalid, readObject, textField, timeField } from './json-body.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { personIn } from './person-body.ts';

type Ports = Pick<OperatorPorts, 'query' | 'replay' | 'now'>;

export function replayAllOperation(ports: Ports): Operation {
  return {
    method: 'POST',
    path: '/v1/dead-letters/replay',
    id: 'replayDeadLetters',
    access: { permission: 'deliveries.replay', within: 'tenants' },
    summary:
      'Puts open dead letters in again that fit all filters of the body, the oldest first, up to 500; without a filter only with all: true. Where next is not null there are more: ask again with it as cursor.',
    parameters: [],
    body: 'ReplayWish',
    answer: 'ReplayedAll',
    problems: {
      422: 'The body is invalid, or names no filter and not all: true.',
      503: 'The archive cannot be asked now.',
    },
    handle: (request, _, caller) => replayAll(ports, request, caller),
  };
}

/** Unix ms. `prefix`: of the path by which a problem is named. */
export function boundsIn(given: Fields, problems: Problems, prefix: string): { since?: number; until?: number } {
  const since = timeField(problems, `${prefix}since`, given.since, false);
  const until = timeField(problems, `${prefix}until`, given.until, false);
  return { ...(since === null ? {} : { since }), ...(until === null ? {} : { until }) };
}

/** A page of the archive; putting it in takes a second or two. */
const MOST_AT_ONCE = 500;
const LONGEST = 500;
const FILTERS = ['tenant', 'channel', 'reason', 'kind'] as const;
const KNOWN = new Set<string>([...FILTERS, 'since', 'until', 'all', 'cursor', 'by', 'comment']);

interface Wish {
  readonly by: string;
  /** A letter that dies again is a new one, and would come once more with each page: none from after this time. Unix ms. */
  readonly begun: number;
  /** For the archive. */
  readonly asked: Readonly<Record<string, unknown>>;
}

function wishIn(fields: Fields, { identity }: Caller, problems: Problems, now: number): Wish {
  const { by } = personIn(fields, problems, identity);
  const { begun = now, cursor } = cursorIn(fields, problems);
  const bounds = boundsIn(fields, problems, '/');
  const given = FILTERS.map((name) => [name, textField(problems, `/${name}`, fields[name], LONGEST)] as const);
  const filters = {
    ...Object.fromEntries(given.filter(([, value]) => value !== '')),
    ...bounds,
  };
  // A misspelt filter would be none, and replay more than was meant.
  for (const name of Object.keys(fields))
    if (!KNOWN.has(name)) problems.add(`/${name}`, fields[name], `one of ${[...KNOWN].join(', ')}`);
  if (problems.count === 0 && Object.keys(filters).length === 0 && fields.all !== true)
    problems.add('/all', fields.all ?? null, `true, or a filter: ${FILTERS.join(', ')}, since, until`);
  const until = Math.min(bounds.until ?? Number.POSITIVE_INFINITY, begun + 1);
  const page = { ...(cursor === undefined ? {} : { cursor }), state: 'open', order: 'oldest', limit: MOST_AT_ONCE };
  return { by, begun, asked: { ...filters, until, ...page } };
}

/** When the first page was asked for, and the archive's own cursor. */
function cursorIn(fields: Fields, problems: Problems): { begun?: number; cursor?: string } {
  const text = textField(problems, '/cursor', fields.cursor, LONGEST);
  if (text === '') return {};
  const [, begun, cursor] = /^([0-9a-z]{1,10})\.(.+)$/.exec(text) ?? [];
  if (begun !== undefined && cursor !== undefined) return { begun: Number.parseInt(begun, 36), cursor };
  problems.add('/cursor', text, 'what an answer gave as "next"');
  return {};
}

interface Listed {
  readonly id: string;
  /** Of whom: letters of one are put in one after the other. */
  readonly subject: string;
}

async function replayAll(ports: Ports, { body }: HttpRequest, caller: Caller): Promise<Reply> {
  const read = readObject(body);
  if ('refused' in read) return read.refused;
  const problems = new Problems();
  const { by, begun, asked } = wishIn(read.fields, caller, problems, ports.now());
  if (problems.count > 0) return invalid(problems);
  if (typeof asked.tenant === 'string' && !sees(caller, asked.tenant)) return notIn(asked.tenant);
  const { deadLetters, next } = (await ports.query('dead-letters', scoped(asked, caller))) as {
    readonly deadLetters: readonly Listed[];
    readonly next: string | null;
  };
  // The oldest first, over all pages: told the other way round, "firing" would be the last that a receiver hears.
  const bySubject = Map.groupBy(deadLetters, ({ subject }) => subject);
  const chains = [...bySubject.values()].map(async (letters) => {
    const results: { id: string; detail: string | null }[] = [];
    for (const { id } of letters) results.push({ id, detail: await tryReplay(ports, id, by, caller) });
    return results;
  });
  const results = (await Promise.all(chains)).flat();
  return json(200, {
    replayed: results.filter(({ detail }) => detail === null).map(({ id }) => id),
    refused: results.filter(({ detail }) => detail !== null),
    next: next === null ? null : `${begun.toString(36)}.${next}`,
  });
}

/** null: it was put in; else why not. One that is refused does not keep the others. */
async function tryReplay(ports: Ports, id: string, by: string, caller: Caller): Promise<string | null> {
  try {
    const letter = await ports.query('dead-letter', scoped({ id }, caller));
    const { entry } = letter as { readonly entry: ReplayEntry['entry'] };
    const { ok, reasons } = await ports.replay({ kind: 'replay', deadLetterId: id, by, entry });
    return ok ? null : reasons.map((reason) => reason.detail).join('; ');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error.message;
    throw error;
  }
}

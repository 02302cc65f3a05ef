/** All silences in one list: those of the resources first, then those that people set, as the archive has them. */

import { isInForce, type Silence } from '../alert/silence.ts';
import { type Caller, scoped, sees } from './caller.ts';
import type { OperatorPorts } from './operator-ports.ts';
import type { ParameterValues } from './parameters.ts';

export const SILENCE_STATES = ['pending', 'active', 'expired'] as const;

type Ports = Pick<OperatorPorts, 'query' | 'now' | 'declared'>;

const DEFAULT_LIMIT = 100;
/** No cursor of the archive holds a dot. */
const CURSOR = /^declared\.(\d{1,9})$/;

export async function listSilences(
  { query, now, declared }: Ports,
  values: ParameterValues,
  caller: Caller,
): Promise<object> {
  const at = now();
  const { cursor = 'declared.0', limit = DEFAULT_LIMIT, ...asked } = values;
  const from = CURSOR.exec(String(cursor))?.[1];
  if (from === undefined) return (await query('silences', scoped({ ...values, now: at }, caller))) as object;
  const all = declared.silences().map((silence) => declaredAnswer(silence, at));
  const matching = all.filter(
    ({ tenant, state }) =>
      sees(caller, tenant) && tenant === (values.tenant ?? tenant) && state === (values.state ?? state),
  );
  const to = Number(from) + Number(limit);
  const page = matching.slice(Number(from), to);
  const room = Number(limit) - page.length;
  if (room === 0) return { silences: page, next: `declared.${to}` };
  const set = (await query('silences', scoped({ ...asked, limit: room, now: at }, caller))) as {
    readonly silences: readonly object[];
    readonly next: string | null;
  };
  return { silences: [...page, ...set.silences], next: set.next };
}

/** With what it holds back. */
export async function oneSilence(ports: Ports, id: string, caller: Caller): Promise<object> {
  const silence = declaredAs(ports, id, caller);
  if (silence === null) return (await ports.query('silence', scoped({ id, now: ports.now() }, caller))) as object;
  return { ...declaredAnswer(silence, ports.now()), held: await ports.query('silence-held', scoped({ id }, caller)) };
}

/** null: no resource is named so. Those that people set have ids that no resource has as its name. */
export function declaredAs({ declared }: Pick<Ports, 'declared'>, id: string, caller: Caller): Silence | null {
  return declared.silences().find((silence) => silence.id === id && sees(caller, silence.tenant)) ?? null;
}

function declaredAnswer(silence: Silence, now: number) {
  const { id, tenant, matchers, startsAt, endsAt, createdBy, comment, broad } = silence;
  const state: (typeof SILENCE_STATES)[number] = isInForce(silence, now)
    ? 'active'
    : startsAt > now
      ? 'pending'
      : 'expired';
  return {
    id,
    tenant,
    state,
    declared: true,
    matchers,
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    createdBy,
    comment,
    broad,
    createdAt: null,
    updatedAt: null,
    endedEarly: null,
  };
}

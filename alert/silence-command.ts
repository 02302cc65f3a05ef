/**
 * What the owner of a tenant's silences decides: a person sets, changes or ends one, copies of those of other owners come in,
 * and time passes. The owner sends a copy to every other alert partition; taking in what is known already changes nothing.
 */

import type { CommandReply } from './alert-state.ts';
import type { IncidentHoldEntry, InhibitorEntry, SilenceCopyEntry, SilenceEntry } from './entry.ts';
import type { HoldsEvent } from './event.ts';
import type { HoldsState } from './holds-state.ts';
import { sameLabels } from './label-order.ts';
import type { CompiledMatcher } from './matcher.ts';
import type { Policy } from './policy.ts';
import { reason } from './reason.ts';
import { describeSilence, isBroad, type Silence } from './silence.ts';

export type HoldsCommand =
  | SilenceEntry
  | SilenceCopyEntry
  | InhibitorEntry
  | IncidentHoldEntry
  | { readonly kind: 'tick' };

export interface HoldsDecision {
  readonly events: readonly HoldsEvent[];
  readonly effects: readonly SilenceCopyEntry[];
  readonly reply?: CommandReply;
}

const NOTHING: HoldsDecision = { events: [], effects: [] };

/** `tenant`: whose holds they are. */
export function decideHolds(
  state: HoldsState | null,
  command: HoldsCommand,
  tenant: string,
  now: number,
  policy: Pick<Policy, 'readMatcher'>,
): HoldsDecision {
  switch (command.kind) {
    case 'silence':
      return command.content === null
        ? endSilence(state, command, now)
        : setSilence(state, command, command.content, now, policy);
    case 'silence-copy':
      return takeCopy(state, command, now);
    case 'inhibitor':
      return takeInhibitor(state, command, now);
    case 'incident-hold':
      return takeIncident(state, command, now);
    case 'tick':
      return dropOver(state, tenant, now);
    default:
      return command satisfies never;
  }
}

function setSilence(
  state: HoldsState | null,
  entry: SilenceEntry,
  content: NonNullable<SilenceEntry['content']>,
  now: number,
  policy: Pick<Policy, 'readMatcher'>,
): HoldsDecision {
  const { tenant, silence: id, id: command, by } = entry;
  const before = state?.silences.get(id);
  if (entry.change && before === undefined) return refuse(404, `there is no silence ${id}, or it has ended`);
  // What began cannot begin again, and the past is not silenced.
  const began = before !== undefined && before.startsAt <= now;
  const startsAt = began ? before.startsAt : Math.max(content.startsAt, now);
  const silence: Silence = { ...content, id, tenant, startsAt };
  const problem = problemOf(silence, now, policy);
  if (problem !== null) return refuse(422, problem);
  const reasons = [reason('silence.set', describeSilence(silence))];
  const reply: CommandReply = { ok: true, status: 200, reasons };
  if (before !== undefined && sameSilence(silence, before)) return { ...NOTHING, reply };
  return {
    events: [{ type: 'silence.set', key: tenant, at: now, silence, command, by, reasons }],
    effects: [{ kind: 'silence-copy', tenant, id, silence }],
    reply,
  };
}

function problemOf(silence: Silence, now: number, { readMatcher }: Pick<Policy, 'readMatcher'>): string | null {
  const { startsAt, endsAt, broad } = silence;
  if (!(endsAt > now)) return 'endsAt is not in the future';
  if (!(endsAt > startsAt)) return 'endsAt is not after startsAt';
  if (silence.matchers.length === 0) return 'it has no matchers';
  const matchers: CompiledMatcher[] = [];
  for (const text of silence.matchers) {
    const matcher = readMatcher(text);
    if ('problem' in matcher) return `matcher ${text}: ${matcher.problem}; allowed: ${matcher.allowed}`;
    matchers.push(matcher);
  }
  if (isBroad(matchers) && !broad) {
    return 'it would silence alerts that have nothing to do with each other: name a label besides tenant and environment that must have certain values, or say broad: true';
  }
  return null;
}

function endSilence(state: HoldsState | null, entry: SilenceEntry, now: number): HoldsDecision {
  const { tenant, silence: id, id: command, by } = entry;
  if (!state?.silences.has(id)) return refuse(404, `there is no silence ${id}, or it has ended`);
  const reasons = [reason('silence.ended', `${id}, by ${by}`)];
  return {
    events: [{ type: 'silence.ended', key: tenant, at: now, id, command, by, reasons }],
    effects: [{ kind: 'silence-copy', tenant, id, silence: null }],
    reply: { ok: true, status: 200, reasons },
  };
}

function refuse(status: 404 | 422, why: string): HoldsDecision {
  return { ...NOTHING, reply: { ok: false, status, reasons: [reason('silence.refused', why)] } };
}

function takeCopy(state: HoldsState | null, { tenant, id, silence }: SilenceCopyEntry, now: number): HoldsDecision {
  const before = state?.silences.get(id) ?? null;
  const known = silence === null ? before === null : before !== null && sameSilence(silence, before);
  // One that took so long to come that it is over would be dropped at once.
  if (known || (before === null && silence !== null && silence.endsAt <= now)) return NOTHING;
  return { events: [{ type: 'holds.silence', key: tenant, at: now, id, silence }], effects: [] };
}

function takeInhibitor(state: HoldsState | null, entry: InhibitorEntry, now: number): HoldsDecision {
  const { tenant, fingerprint, labels } = entry;
  const before = state?.sources.get(fingerprint) ?? null;
  const known = labels === null ? before === null : before !== null && sameLabels(labels, before);
  if (known) return NOTHING;
  return { events: [{ type: 'holds.inhibitor', key: tenant, at: now, fingerprint, labels }], effects: [] };
}

function takeIncident(state: HoldsState | null, entry: IncidentHoldEntry, now: number): HoldsDecision {
  const { tenant, incident, hold } = entry;
  if (hold === null && state?.incidents.has(incident) !== true) return NOTHING;
  return { events: [{ type: 'holds.incident', key: tenant, at: now, incident, hold }], effects: [] };
}

function dropOver(state: HoldsState | null, tenant: string, now: number): HoldsDecision {
  const over = [...(state?.silences.values() ?? [])].filter(({ endsAt }) => endsAt <= now).map(({ id }) => id);
  if (over.length === 0) return NOTHING;
  return { events: [{ type: 'holds.over', key: tenant, at: now, silences: over }], effects: [] };
}

function sameSilence(a: Silence, b: Silence): boolean {
  return (
    a.startsAt === b.startsAt &&
    a.endsAt === b.endsAt &&
    a.createdBy === b.createdBy &&
    a.comment === b.comment &&
    a.broad === b.broad &&
    a.matchers.length === b.matchers.length &&
    a.matchers.every((matcher, i) => matcher === b.matchers[i])
  );
}

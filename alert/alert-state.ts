/** What is remembered of one alert, as plain data: it is packed when idle and stored in snapshots. Kept flat and small. */

import type { Alert, AlertStatus, Environment, LabelSet, Priority } from './alert.ts';
import { type Approval, describeApproval } from './approval-demand.ts';
import type { GroupEntry, GroupRef, InhibitorEntry } from './entry.ts';
import type { AlertEvent, OpenSpan } from './event.ts';
import type { FlappingMemory } from './flapping.ts';
import { type KnownAttributes, knownAttributes } from './namespace.ts';
import type { GroupedAlert } from './notification.ts';
import type { Reason } from './reason.ts';
import { storedAs, textOf } from './stored-alert.ts';

/** Active: firing, acknowledged. Ended: resolved, closed, aged. */
export type AlertPhase = 'firing' | 'acknowledged' | 'resolved' | 'closed' | 'aged';

export interface AlertState extends KnownAttributes, FlappingMemory {
  readonly phase: AlertPhase;
  readonly tenant: string;
  readonly fingerprint: string;
  /** Label sets as texts, JSON (stored-alert.ts): few that are heard of are looked at so closely. */
  readonly labelsText: string;
  readonly annotationsText: string;
  /** The labels as Filters left them; left out where they are its own. */
  readonly shown?: LabelSet;
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly generatorURL: string;
  readonly source: string;
  readonly environment: Environment;
  readonly priority: Priority;
  readonly namespace: string;
  /** Hash of the policy that routed it last. */
  readonly policy: string;
  /** Id of the promotion that its namespace was placed by then. */
  readonly placed?: string;
  /** The groups that its routes put it in. */
  readonly groups: readonly GroupRef[];
  /** Groups of this episode that an earlier policy put it in: they will hear of its end, as they did of its beginning. */
  readonly former: readonly GroupRef[];
  readonly episode: number;
  /** Firing reports of this episode. */
  readonly occurrences: number;
  /** When the phase was entered, and when a firing report last came. */
  readonly since: number;
  readonly lastSeen: number;
  /** When the episode opened, where that is not `since`. */
  readonly openedAt?: number;
  /** Answers to the last few commands, so that one sent again gets the same. */
  readonly commands: readonly AnsweredCommand[];
  /** Every alert partition was told that it may inhibit others, and will be told that it ended. */
  readonly inhibits?: true;
  /** Its tenant's correlator knows of it, and will be told that it ended. */
  readonly correlated?: true;
  /** A person put it off until then. Unix time in milliseconds. */
  readonly snoozedUntil?: number;
  /** Whoever has it in hand. Left out where nobody has, and for those of before. */
  readonly acknowledgedBy?: string;
  /** It waits for a person, or was rejected. Left out where nobody is asked any more. */
  readonly approval?: Approval;
}

export interface CommandReply {
  readonly ok: boolean;
  /** As in HTTP. */
  readonly status: 200 | 403 | 404 | 409 | 422;
  readonly reasons: readonly Reason[];
}

export interface AnsweredCommand {
  readonly id: string;
  readonly status: 200 | 403 | 409 | 422;
  readonly reasons: readonly Reason[];
}

export interface AlertDecision {
  readonly events: readonly AlertEvent[];
  readonly effects: readonly GroupEntry[];
  /** For every alert partition: it may inhibit others from now on, with these labels, or does not any more. */
  readonly inhibitor?: InhibitorEntry;
  /** Set for every command, to be sent after the commit. */
  readonly reply?: CommandReply;
}

export const NOTHING: AlertDecision = { events: [], effects: [] };

export function isActive(state: AlertState): boolean {
  return state.phase === 'firing' || state.phase === 'acknowledged';
}

/** How long its episode is open. */
export function openSpan(
  { openedAt, since, environment, phase }: AlertState,
  now: number,
): OpenSpan & Required<Pick<OpenSpan, 'openFor' | 'environment'>> {
  const taken = phase === 'acknowledged' ? { takenFor: Math.max(0, now - since) } : {};
  return { openFor: Math.max(0, now - (openedAt ?? since)), environment, ...taken };
}

/** The alert as it came. */
export function ownAlertOf(state: AlertState): Alert {
  const { labelsText, annotationsText, tenant, fingerprint, startsAt, endsAt, generatorURL, source } = state;
  const fields = { tenant, fingerprint, status: 'firing', startsAt, endsAt, generatorURL, source } as const;
  return storedAs<Alert>(labelsText, annotationsText, fields);
}

/** The alert as groups and receivers see it; stored, so no spread of it has its labels. */
export function alertOf(state: AlertState, status: AlertStatus, endsAt: number | null): GroupedAlert {
  const labelsText = state.shown === undefined ? state.labelsText : textOf(state.shown);
  return storedAs<GroupedAlert>(labelsText, state.annotationsText, {
    tenant: state.tenant,
    fingerprint: state.fingerprint,
    status,
    startsAt: state.startsAt,
    endsAt,
    generatorURL: state.generatorURL,
    source: state.source,
    environment: state.environment,
    priority: state.priority,
    ...knownAttributes(state),
    ...(state.snoozedUntil === undefined ? {} : { snoozedUntil: state.snoozedUntil }),
    ...(state.approval === undefined ? {} : { awaiting: describeApproval(state.approval) }),
    ...(state.flapping === undefined ? {} : { flapping: state.flapping }),
    ...(state.phase === 'acknowledged' && status === 'firing' ? taken(state) : {}),
  });
}

function taken({ acknowledgedBy }: AlertState): Pick<GroupedAlert, 'acknowledged' | 'acknowledgedBy'> {
  return { acknowledged: true, ...(acknowledgedBy === undefined ? {} : { acknowledgedBy }) };
}

/** For the end of an alert: to every group that knows it. */
export function tellEnd(state: AlertState, alert: GroupedAlert): readonly GroupEntry[] {
  return [...state.groups, ...state.former].map((group): GroupEntry => ({ kind: 'group', group, alert }));
}

/** For the end of an alert, or of the rules that asked for it. */
export function inhibitsNoMore(state: AlertState): Pick<AlertDecision, 'inhibitor'> {
  return state.inhibits === true ? inhibits(state, null) : {};
}

/** `labels`: as matchers see them. */
export function inhibits(
  { tenant, fingerprint }: Pick<Alert, 'tenant' | 'fingerprint'>,
  labels: LabelSet | null,
): Pick<AlertDecision, 'inhibitor'> {
  return { inhibitor: { kind: 'inhibitor', tenant, fingerprint, labels } };
}

/** The state of an alert as a fold over its events. Total: an event about an alert that is not known changes nothing. */

import { rememberCommand } from './alert-command.ts';
import type { AlertState } from './alert-state.ts';
import type { GroupRef } from './entry.ts';
import type { AlertEvent, Routing } from './event.ts';
import { knownAttributes } from './namespace.ts';
import { textOf, textsOf } from './stored-alert.ts';
import { phaseAfter, standingOf } from './transition.ts';

type Opened = Extract<AlertEvent, { type: 'alert.opened' }>;
type Heard = Extract<AlertEvent, { type: 'alert.repeated' | 'alert.updated' }>;

export function evolveAlert(state: AlertState | null, event: AlertEvent): AlertState | null {
  const phase = phaseAfter(standingOf(state), event.type);
  // What the table does not know cannot have happened.
  if (phase === null) return state;
  if (event.type === 'alert.opened') return opened(state, event);
  if (state === null || phase === 'none') return null;
  switch (event.type) {
    case 'alert.repeated':
    case 'alert.updated':
      return heard(state, event);
    case 'alert.resolved': {
      const { at: since, endsAt, annotations } = event;
      return { ...awake(state), phase, since, endsAt, annotationsText: textOf(annotations) };
    }
    case 'alert.aged':
      return { ...awake(state), phase, since: event.at, endsAt: event.at };
    case 'alert.acknowledged':
    case 'alert.closed': {
      const commands = rememberCommand(state, { id: event.command, status: 200, reasons: event.reasons });
      const of = { phase, openedAt: state.openedAt ?? state.since, since: event.at, commands };
      const taken = event.type === 'alert.acknowledged' ? { acknowledgedBy: event.by } : {};
      return { ...awake(state), ...of, ...taken };
    }
    case 'alert.snoozed': {
      const commands = rememberCommand(state, { id: event.command, status: 200, reasons: event.reasons });
      const openedAt = state.openedAt ?? state.since;
      return { ...awake(state), phase, openedAt, since: event.at, snoozedUntil: event.until, commands };
    }
    case 'alert.approved': {
      const { approval: _, ...freed } = state;
      return { ...freed, commands: answered(state, event) };
    }
    case 'alert.rejected':
      return { ...awake(state), phase, since: event.at, commands: answered(state, event) };
    case 'alert.commented':
      return { ...state, commands: rememberCommand(state, { id: event.command, status: 200, reasons: event.reasons }) };
    case 'command.refused': {
      const commands = rememberCommand(state, {
        id: event.command,
        status: event.status ?? 409,
        reasons: event.reasons,
      });
      return { ...state, commands };
    }
    case 'alert.ignored':
    case 'alert.suppressed':
      return state;
    case 'alert.forgotten':
      return null;
    default:
      return event satisfies never;
  }
}

/** Of most alerts: one for all of them. */
const NO_GROUPS: AlertState['former'] = Object.freeze([]);
const NO_COMMANDS: AlertState['commands'] = Object.freeze([]);
const NONE = Object.freeze({});

function opened(before: AlertState | null, event: Opened): AlertState {
  const { alert, routing, episode, at, approval, openings, flapping } = event;
  const { labelsText, annotationsText } = textsOf(alert);
  return {
    phase: 'firing',
    tenant: alert.tenant,
    fingerprint: alert.fingerprint,
    labelsText,
    annotationsText,
    startsAt: alert.startsAt,
    endsAt: alert.endsAt,
    generatorURL: alert.generatorURL,
    source: alert.source,
    environment: routing.environment,
    priority: routing.priority,
    namespace: routing.namespace,
    policy: routing.policy,
    groups: routing.groups,
    former: NO_GROUPS,
    episode,
    occurrences: 1,
    since: at,
    lastSeen: at,
    commands: before?.commands ?? NO_COMMANDS,
    ...(routing.inhibits === true ? { inhibits: true } : NONE),
    ...(routing.correlated === true ? { correlated: true } : NONE),
    ...(routing.shown === undefined ? NONE : { shown: routing.shown }),
    ...(routing.placed === undefined ? NONE : { placed: routing.placed }),
    ...(approval === undefined ? NONE : { approval }),
    ...(openings === undefined ? NONE : { openings }),
    ...(flapping === undefined ? NONE : { flapping }),
    ...knownAttributes(routing),
  };
}

type Concluded = Extract<AlertEvent, { type: 'alert.approved' | 'alert.rejected' }>;

function answered(state: AlertState, { command, reasons }: Concluded): AlertState['commands'] {
  return command === null ? state.commands : rememberCommand(state, { id: command, status: 200, reasons });
}

/** Without what people said until now: put off until then, in whose hand. */
function awake({ snoozedUntil: _, acknowledgedBy: __, ...state }: AlertState): AlertState {
  return state;
}

function heard(state: AlertState, event: Heard): AlertState {
  const { occurrences, endsAt, at: lastSeen, routing } = event;
  const counted = { ...state, occurrences, endsAt, lastSeen };
  const routed = routing === null ? counted : routeAgain(counted, routing);
  if (event.type === 'alert.repeated') return routed;
  return { ...routed, annotationsText: textOf(event.annotations), generatorURL: event.generatorURL };
}

/** The groups of before are kept: they were told that it fires. */
export function routeAgain(before: AlertState, routing: Routing): AlertState {
  const {
    inhibits: _,
    correlated: _correlated,
    shown: _shown,
    placed: _placed,
    businessUnit: _unit,
    owner: _owner,
    criticality: _criticality,
    ...state
  } = before;
  const isLeft = (known: GroupRef) => !routing.groups.some((group) => group.id === known.id);
  return { ...state, ...routing, former: [...state.groups, ...state.former].filter(isLeft) };
}

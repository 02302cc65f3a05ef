/** Route: a routing tree as in Alertmanager. Several in a tenant are trees of their own, asked in the order of their names. */

import Type from 'typebox';
import type { RouteSpec } from '../alert/route.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';
import type { Path } from './problem.ts';
import { durationSchema, listOf, milliseconds } from './resource.ts';

const groupBy = Type.Refine(
  Type.Array(Type.String({ minLength: 1, description: 'a label name, or ... for all labels' })),
  (names) => !names.includes('...') || names.length === 1,
  () => 'has ... beside other names; allowed: label names, or ... alone for all labels',
);

const RECEIVER = 'channel/';

const KINDS_OF_RECEIVERS = ['channel', 'user', 'team', 'schedule', 'audience'] as const;
export type ReceiverKind = (typeof KINDS_OF_RECEIVERS)[number];

/** Receivers of these kinds. */
export function receiversOfKinds(kinds: readonly ReceiverKind[]) {
  const names = kinds.map((kind) => `${kind}/NAME`).join(', ');
  return Type.Array(receiverOfKinds(kinds), { minItems: 1, description: `a list with at least one of ${names}` });
}

function receiverOfKinds(kinds: readonly ReceiverKind[]) {
  return Type.String({
    pattern: `^(${kinds.join('|')})/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`,
    description: `${kinds.map((kind) => `${kind}/NAME`).join(' or ')} of the tenant`,
  });
}

export const receiversSchema = receiversOfKinds(KINDS_OF_RECEIVERS);

/** Channels, where it may be meant that nobody hears of it. */
export const anyReceiversSchema = Type.Array(receiverOfKinds(['channel']), { description: 'a list of channel/NAME' });

const timeIntervals = Type.Array(
  Type.String({ minLength: 1, description: 'the name of a TimeInterval of the tenant' }),
  { description: 'a list of names of TimeIntervals of the tenant' },
);

export const ESCALATION = 'escalationPolicy/';
const NO_ESCALATION = 'none';

const escalation = Type.String({
  pattern: '^(escalationPolicy/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|none)$',
  description: 'escalationPolicy/NAME of an EscalationPolicy of the tenant, or none',
});

/** Alertmanager refuses them there too: whoever writes them at the root expects the whole tree to have them. */
const notAtTheRoot = Type.Refine(
  Type.Unknown(),
  () => false,
  () =>
    'stands at the root of the tree, from where no route below has it; allowed: on routes below the root, each for itself',
);

const shape = {
  groupBy: Type.Optional(groupBy),
  groupWait: Type.Optional(durationSchema(0)),
  groupInterval: Type.Optional(durationSchema(1)),
  repeatInterval: Type.Optional(durationSchema(1)),
  matchers: Type.Optional(Type.Array(matcherSchema)),
  escalation: Type.Optional(escalation),
  routes: Type.Optional(Type.Array(Type.Ref('Route'))),
};

const node = Type.Object(
  {
    ...shape,
    receivers: Type.Optional(receiversSchema),
    continue: Type.Optional(Type.Boolean()),
    muteTimeIntervals: Type.Optional(timeIntervals),
    activeTimeIntervals: Type.Optional(timeIntervals),
  },
  { additionalProperties: false },
);

/** The root names receivers, which its children inherit; it has no siblings to continue to. */
export const routeSpec = Type.Object(
  {
    ...shape,
    receivers: receiversSchema,
    routes: Type.Optional(Type.Array(Type.Cyclic({ Route: node }, 'Route'))),
    muteTimeIntervals: Type.Optional(notAtTheRoot),
    activeTimeIntervals: Type.Optional(notAtTheRoot),
  },
  { additionalProperties: false },
);

/** A node of the tree, as declared and checked. */
interface RouteNode {
  readonly groupBy?: readonly string[];
  readonly groupWait?: string;
  readonly groupInterval?: string;
  readonly repeatInterval?: string;
  readonly matchers?: readonly string[];
  readonly receivers?: readonly string[];
  readonly continue?: boolean;
  readonly escalation?: string;
  readonly muteTimeIntervals?: readonly string[];
  readonly activeTimeIntervals?: readonly string[];
  readonly routes?: readonly RouteNode[];
}

export function routeTree(spec: unknown): RouteSpec {
  return compileNode(spec as RouteNode);
}

function compileNode(checked: RouteNode): RouteSpec {
  const duration = (text: string | undefined) => (text === undefined ? null : milliseconds(text));
  return {
    matchers: (checked.matchers ?? []).map(checkedMatcher),
    continue: checked.continue ?? false,
    groupBy: checked.groupBy ?? null,
    groupWait: duration(checked.groupWait),
    groupInterval: duration(checked.groupInterval),
    repeatInterval: duration(checked.repeatInterval),
    channels: checked.receivers === undefined ? null : receiverNames(checked.receivers),
    muteTimeIntervals: [...new Set(checked.muteTimeIntervals ?? [])],
    activeTimeIntervals: [...new Set(checked.activeTimeIntervals ?? [])],
    ...(checked.escalation === undefined ? {} : { escalation: policyName(checked.escalation) }),
    routes: (checked.routes ?? []).map(compileNode),
  };
}

function policyName(reference: string): string | null {
  return reference === NO_ESCALATION ? null : reference.slice(ESCALATION.length);
}

export interface ReceiverReference {
  readonly kind: ReceiverKind;
  readonly name: string;
  readonly path: Path;
}

/** Every receiver that the tree names, wherever else the spec may be wrong. */
export function receiversIn(spec: unknown, path: Path = ['spec'], field = 'receivers'): ReceiverReference[] {
  const own = listOf(spec, field).flatMap((text, i) => receiverAt(text, [...path, field, i]));
  const nested = listOf(spec, 'routes').flatMap((route, i) => receiversIn(route, [...path, 'routes', i], field));
  return [...own, ...nested];
}

/** None where it is no reference. */
export function receiverAt(text: unknown, path: Path): ReceiverReference[] {
  if (typeof text !== 'string') return [];
  const slash = text.indexOf('/');
  const kind = KINDS_OF_RECEIVERS.find((known) => known === text.slice(0, slash));
  return kind === undefined ? [] : [{ kind, name: text.slice(slash + 1), path }];
}

/** For checked receivers, each once, as deciding names them: channels by their bare names. */
export function receiverNames(receivers: readonly string[]): string[] {
  return [...new Set(receivers.map((text) => (text.startsWith(RECEIVER) ? text.slice(RECEIVER.length) : text)))];
}

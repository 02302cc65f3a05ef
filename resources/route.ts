/** Route: a routing tree as in Alertmanager. Several in a tenant are trees of their own, asked in the order of their names. */

import Type from 'typebox';
import { type CompiledMatcher, type CompileRegex, compileMatcher } from '../alert/matcher.ts';
import { parseMatcher } from '../alert/matcher-parse.ts';
import type { RouteSpec } from '../alert/route.ts';
import { compileAnchoredRegex, compilePattern } from '../rules/pattern-set.ts';
import type { Path } from './problem.ts';
import { durationSchema, listOf, milliseconds } from './resource.ts';

const matcher = Type.Refine(
  Type.String({ description: 'a matcher such as severity="critical", team!="web" or namespace=~"shop-.*"' }),
  (text) => !('problem' in readMatcher(text)),
  (text) => {
    const read = readMatcher(text);
    return 'problem' in read
      ? `is ${JSON.stringify(text)}: ${read.problem}; allowed: ${read.allowed}`
      : 'is no matcher';
  },
);

const groupBy = Type.Refine(
  Type.Array(Type.String({ minLength: 1, description: 'a label name, or ... for all labels' })),
  (names) => !names.includes('...') || names.length === 1,
  () => 'has ... beside other names; allowed: label names, or ... alone for all labels',
);

const RECEIVER = 'channel/';

const receivers = Type.Array(
  Type.String({
    pattern: '^channel/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
    description: 'channel/NAME of a Channel of the tenant',
  }),
  { minItems: 1, description: 'a list with at least one channel/NAME' },
);

const shape = {
  groupBy: Type.Optional(groupBy),
  groupWait: Type.Optional(durationSchema(0)),
  groupInterval: Type.Optional(durationSchema(1)),
  repeatInterval: Type.Optional(durationSchema(1)),
  matchers: Type.Optional(Type.Array(matcher)),
  routes: Type.Optional(Type.Array(Type.Ref('Route'))),
};

const node = Type.Object(
  { ...shape, receivers: Type.Optional(receivers), continue: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);

/** The root names receivers, which its children inherit; it has no siblings to continue to. */
export const routeSpec = Type.Object(
  { ...shape, receivers, routes: Type.Optional(Type.Array(Type.Cyclic({ Route: node }, 'Route'))) },
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
    channels: checked.receivers === undefined ? null : [...new Set(checked.receivers.map(channelName))],
    routes: (checked.routes ?? []).map(compileNode),
  };
}

export interface ReceiverReference {
  readonly channel: string;
  readonly path: Path;
}

/** Every channel that the tree names, wherever else the spec may be wrong. */
export function receiversIn(spec: unknown, path: Path = ['spec']): ReceiverReference[] {
  const own = listOf(spec, 'receivers').flatMap((text, i) =>
    typeof text === 'string' && text.startsWith(RECEIVER)
      ? [{ channel: channelName(text), path: [...path, 'receivers', i] }]
      : [],
  );
  const nested = listOf(spec, 'routes').flatMap((route, i) => receiversIn(route, [...path, 'routes', i]));
  return [...own, ...nested];
}

function channelName(receiver: string): string {
  return receiver.slice(RECEIVER.length);
}

function checkedMatcher(text: string): CompiledMatcher {
  const read = readMatcher(text);
  if ('problem' in read) throw new TypeError(`unchecked matcher ${JSON.stringify(text)}`);
  return read;
}

const linearRegex: CompileRegex = (anchored) => {
  const compiled = compilePattern(anchored, { caseSensitive: true });
  if (!compiled.ok) throw new SyntaxError(compiled.message);
  return compiled.test;
};

function readMatcher(text: string) {
  const parsed = parseMatcher(text);
  if ('problem' in parsed) return parsed;
  if (parsed.operator === '=~' || parsed.operator === '!~') {
    // Alone first, without the anchors around it: a better message, and `a)|(b` is caught.
    const alone = compileAnchoredRegex(parsed.value);
    if (!alone.ok) return { problem: alone.message, position: 0, allowed: 'an RE2 regular expression' };
  }
  return compileMatcher(parsed, linearRegex);
}

/**
 * What Herald evaluates its own way in a checked CEL expression, by replacing how single nodes of its tree are evaluated:
 *
 * - `text.matches(pattern)` runs on RE2: the library would build a JavaScript RegExp, which a pattern can stall for hours.
 *   A pattern that is a literal is compiled here, so that a bad one is told at once; others are remembered, some hundred.
 * - `labels.team` where there is no such label is empty text, as in matchers: in CEL it would be an error.
 * - Loops (`exists`, `map`, ...) draw on one budget per evaluation: nested ones over a sender's lists could go on for minutes. So do
 *   the lists and texts that are made in them.
 * - `now.getHours("Europe/Berlin")` and its like: see condition-time.ts. A zone that is a literal is looked up here.
 */

import type { ASTNode } from '@marcbachmann/cel-js';
import type { Variables } from './condition.ts';
import { dynamicMatch, literalMatch, textOf } from './condition-matches.ts';
import { type TimeField, timeField, type WallClock, wallClockOf, ZONES_ALLOWED } from './condition-time.ts';
import { ExpressionFault } from './expression-fault.ts';

export interface StepBudget {
  left: number;
}

/** As the library's nodes really are: its types leave out what replacing an evaluation needs. */
interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly meta?: { readonly alternate?: Node };
  handle?: (items: unknown, args: unknown, evaluator: Evaluator, context: Context) => unknown;
  evaluate: (evaluator: Evaluator, node: Node, context: Context) => unknown;
}

interface Evaluator {
  run(node: Node, context: Context): unknown;
}

interface Context {
  getValue(name: string): unknown;
}

interface Comprehension {
  readonly iterable: Node;
  readonly iterVarName: string;
  readonly step: Node;
}

/** The tree must have been checked: that is when the library expands its loops. Throws ExpressionFault. */
export function prepare(tree: ASTNode, variables: Variables, budget: StepBudget): void {
  visit(tree as unknown as Node, variables, budget);
}

function visit(node: Node, variables: Variables, budget: StepBudget): void {
  const loop = node.meta?.alternate;
  if (loop?.op === 'comprehension') {
    prepareLoop(loop, variables, budget);
    return;
  }
  if (node.op === 'id' && node.args === 'cel') throw new ExpressionFault('uses cel.bind, which is not supported');
  if (node.op === 'rcall') prepareCall(node, variables, budget);
  if (node.op === '+') boundText(node, variables, budget);
  if ((node.op === '.' || node.op === '[]') && readsText(node, variables)) {
    node.evaluate = textReader(node.args as [Node, string | Node]);
  }
  for (const child of nodesIn(node.args)) visit(child, variables, budget);
}

function prepareLoop(loop: Node, variables: Variables, budget: StepBudget): void {
  const args = loop.args as Comprehension;
  if (Object.hasOwn(variables.types, args.iterVarName)) {
    throw new ExpressionFault(
      `names a loop's variable ${args.iterVarName}, which has a meaning already; use another name`,
    );
  }
  loop.evaluate = (evaluator, _node, context) => {
    const items = evaluator.run(args.iterable, context);
    budget.left -= sizeOf(items);
    if (budget.left < 0) throw new ExpressionFault(`goes through more than ${variables.steps} items`);
    return loop.handle!(items, args, evaluator, context);
  };
  visit(args.iterable, variables, budget);
  visit(args.step, variables, budget);
}

function sizeOf(items: unknown): number {
  if (Array.isArray(items) || items instanceof Uint8Array) return items.length;
  return typeof items === 'object' && items !== null ? Object.keys(items).length : 0;
}

/** Of what makes lists out of texts, and texts out of lists. */
const MAKERS = new Set(['split', 'join', 'flatten']);

function prepareCall(node: Node, variables: Variables, budget: StepBudget): void {
  const [method, receiver, args] = node.args as [string, Node, Node[]];
  const [argument] = args;
  if (MAKERS.has(method)) boundText(node, variables, budget);
  if (argument === undefined) return;
  if (method === 'matches') {
    const matches = argument.op === 'value' ? literalMatch(argument.args as string) : dynamicMatch;
    node.evaluate = (evaluator, _node, context) =>
      matches(textOf(evaluator.run(receiver, context)), () => textOf(evaluator.run(argument, context)));
    return;
  }
  const field = timeField(method);
  if (field !== null) node.evaluate = timeReader(field, receiver, argument);
}

function timeReader(field: TimeField, receiver: Node, zone: Node): Node['evaluate'] {
  const literal = zone.op === 'value' ? checkedWallClock(zone.args) : null;
  return (evaluator, _node, context) => {
    const time = evaluator.run(receiver, context);
    if (!(time instanceof Date)) throw new ExpressionFault('asks something else than a time for its hours or days');
    const clock = literal ?? checkedWallClock(evaluator.run(zone, context));
    return BigInt(field(new Date(clock(time.getTime()))));
  };
}

function checkedWallClock(zone: unknown): WallClock {
  const clock = typeof zone === 'string' ? wallClockOf(zone) : null;
  if (clock === null) throw new ExpressionFault(`has the time zone ${shown(zone)}; allowed: ${ZONES_ALLOWED}`);
  return clock;
}

function shown(zone: unknown): string {
  return typeof zone === 'string' ? JSON.stringify(zone.slice(0, 60)) : typeof zone;
}

/** Characters that may be made in place of one item. */
const TEXT_PER_STEP = 256;

function boundText(node: Node, { steps }: Variables, budget: StepBudget): void {
  const { evaluate } = node;
  node.evaluate = (evaluator, self, context) => {
    const made = evaluate.call(node, evaluator, self, context);
    budget.left -= typeof made === 'string' ? made.length / TEXT_PER_STEP : sizeOf(made);
    if (budget.left < 0) {
      throw new ExpressionFault(`makes more than ${steps} items, or ${steps * TEXT_PER_STEP} characters`);
    }
    return made;
  };
}

function readsText({ args }: Node, { texts }: Variables): boolean {
  const [left] = args as [Node];
  return left.op === 'id' && texts.includes(left.args as string);
}

function textReader([left, key]: [Node, string | Node]): Node['evaluate'] {
  const variable = left.args as string;
  if (typeof key === 'string') return (_evaluator, _node, context) => textIn(context.getValue(variable), key);
  return (evaluator, _node, context) => textIn(context.getValue(variable), evaluator.run(key, context));
}

function textIn(texts: unknown, name: unknown): string {
  if (typeof name !== 'string' || typeof texts !== 'object' || texts === null || !Object.hasOwn(texts, name)) return '';
  return (texts as Record<string, string>)[name]!;
}

/** Arguments are nodes, lists of nodes, or lists of pairs of nodes, among names and literals. */
function nodesIn(args: unknown): Node[] {
  if (Array.isArray(args)) return args.flatMap(nodesIn);
  return typeof args === 'object' && args !== null && 'op' in args && 'evaluate' in args ? [args as Node] : [];
}

/**
 * What Herald evaluates its own way in a checked CEL expression, by replacing how single nodes of its tree are evaluated:
 *
 * - `text.matches(pattern)` runs on RE2: the library would build a JavaScript RegExp, which a pattern can stall for hours.
 *   A pattern that is a literal is compiled here, so that a bad one is told at once; others are remembered, some hundred.
 * - `labels.team` where there is no such label is empty text, as in matchers: in CEL it would be an error.
 * - Loops (`exists`, `map`, ...) draw on one budget per evaluation: nested ones over a sender's lists could go on for minutes.
 */

import type { ASTNode } from '@marcbachmann/cel-js';
import type { Variables } from './condition.ts';
import { Memo } from './memo.ts';
import { type CompiledPattern, compilePattern } from './pattern-set.ts';

/** What is ours to refuse, at the check or while evaluating. Made without a stack: a loop may meet it thousands of times. */
export class ExpressionFault extends Error {
  readonly code = 'expression.fault';

  constructor(message: string) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

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

const DYNAMIC_PATTERNS = 256;
const LONGEST_PATTERN = 1000;

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
  if (node.op === 'rcall') prepareCall(node);
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
  if (Array.isArray(items)) return items.length;
  return typeof items === 'object' && items !== null ? Object.keys(items).length : 0;
}

function prepareCall(node: Node): void {
  const [method, receiver, args] = node.args as [string, Node, Node[]];
  const [pattern] = args;
  if (method !== 'matches' || pattern === undefined) return;
  const matches = pattern.op === 'value' ? literalMatch(pattern.args as string) : dynamicMatch;
  node.evaluate = (evaluator, _node, context) =>
    matches(textOf(evaluator.run(receiver, context)), () => textOf(evaluator.run(pattern, context)));
}

type Match = (text: string, pattern: () => string) => boolean;

function literalMatch(pattern: string): Match {
  const compiled = compileBounded(pattern);
  if (!compiled.ok) throw new ExpressionFault(refusal(compiled));
  return compiled.test;
}

const remembered = new Memo<CompiledPattern>(DYNAMIC_PATTERNS);

const dynamicMatch: Match = (text, patternOf) => {
  const pattern = patternOf();
  let compiled = remembered.get(pattern);
  if (compiled === undefined) {
    compiled = compileBounded(pattern);
    if (pattern.length <= LONGEST_PATTERN) remembered.set(pattern, compiled);
  }
  if (!compiled.ok) throw new ExpressionFault(refusal(compiled));
  return compiled.test(text);
};

function compileBounded(pattern: string): CompiledPattern {
  if (pattern.length <= LONGEST_PATTERN) return compilePattern(pattern, { caseSensitive: true });
  return { ok: false, pattern: pattern.slice(0, 40), message: `longer than ${LONGEST_PATTERN} characters` };
}

function refusal({ pattern, message }: { readonly pattern: string; readonly message: string }): string {
  return `has the pattern ${JSON.stringify(pattern)}, which RE2 refuses: ${message}; allowed: an RE2 regular expression (no look-around, no back-references)`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ExpressionFault('matches() was given something else than text');
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

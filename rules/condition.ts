/**
 * Operators' expressions in CEL (https://github.com/google/cel-spec), compiled. The only file that knows the CEL library.
 *
 * An expression is checked when resources are checked: syntax, types, the names that it uses, its size. Evaluating it later
 * never throws: it gives a value or says why there is none. Three things are evaluated our way (condition-nodes.ts): `matches`
 * runs on RE2, a label that is not there is empty text, and how much may be gone through is bounded.
 */

import { Environment, EvaluationError, ParseError, TypeError as TypeFault } from '@marcbachmann/cel-js';
import type { Equality } from '../alert/rule-index.ts';
import { equalitiesOf } from './condition-equalities.ts';
import { prepare, type StepBudget } from './condition-nodes.ts';
import { ExpressionFault } from './expression-fault.ts';
import { Memo } from './memo.ts';

/** The names that an expression may use, with their CEL types. */
export interface Variables {
  readonly types: Readonly<Record<string, string>>;
  /** Variables in which what is missing is empty text: labels. */
  readonly texts: readonly string[];
  /** How many items the loops of one evaluation may go through together. */
  readonly steps: number;
  /** What the evaluations that its owner counts together have left; left out where each stands alone. */
  readonly together?: StepBudget;
}

export type ExpressionType = 'bool' | 'string' | 'list' | 'map' | 'any';

/** By variable. Read as properties, so that one may be computed when it is asked for. */
export type Facts = object;

export type Evaluated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

export interface Expression {
  readonly text: string;
  /** What must be equal for it to be true, as far as its text shows. Empty: nothing can be told. */
  readonly equalities: readonly Equality[];
  evaluate(facts: Facts): Evaluated;
}

export type CompiledExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly message: string };

/** Compiles the expressions of one place: they share their variables. */
export interface ExpressionCompiler {
  compile(text: string, wanted: ExpressionType): CompiledExpression;
}

/** UTF-16 units. */
export const LONGEST_EXPRESSION = 4000;
const LIMITS = { maxAstNodes: 600, maxDepth: 32, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 8 };
const LONGEST_MESSAGE = 400;

export function expressionCompiler(variables: Variables): ExpressionCompiler {
  const environment = new Environment({ limits: LIMITS, homogeneousAggregateLiterals: false });
  for (const [name, type] of Object.entries(variables.types)) environment.registerVariable(name, type);
  environment.registerFunction('list.flatten(): list<dyn>', (lists: unknown[]) => lists.flat(1));
  // Asked for at the check and again to be used; a changed policy has most of them in common with the one before.
  const known = new Memo<CompiledExpression>(8192);
  return {
    compile(text, wanted) {
      const key = `${wanted} ${text}`;
      let compiled = known.get(key);
      if (compiled === undefined) {
        compiled = compile(environment, variables, text, wanted);
        if (text.length <= LONGEST_EXPRESSION) known.set(key, compiled);
      }
      return compiled;
    },
  };
}

function compile(
  environment: Environment,
  variables: Variables,
  text: string,
  wanted: ExpressionType,
): CompiledExpression {
  if (text.length > LONGEST_EXPRESSION) {
    return refuse(`has ${text.length} characters; allowed: ${LONGEST_EXPRESSION}`);
  }
  try {
    const parsed = environment.parse(text);
    const { valid, type = '', error } = parsed.check();
    if (!valid) return refuse(fault(error, text, variables));
    if (!isOfType(type, wanted)) return refuse(`gives ${type}; ${needed(wanted)}`);
    const budget: StepBudget = { left: 0 };
    prepare(parsed.ast, variables, budget);
    const evaluate = (facts: Facts): Evaluated => {
      const { together } = variables;
      const given = Math.min(variables.steps, together?.left ?? variables.steps);
      budget.left = given;
      try {
        return { ok: true, value: parsed(facts) };
      } catch (error) {
        return { ok: false, message: explain(error, text, variables) };
      } finally {
        if (together !== undefined) together.left -= given - budget.left;
      }
    };
    return { ok: true, expression: { text, equalities: equalitiesOf(parsed.ast, variables.texts), evaluate } };
  } catch (error) {
    return refuse(fault(error, text, variables));
  }
}

/** As the others: what follows on "is ..., which". */
function fault(error: unknown, text: string, variables: Variables): string {
  const why = explain(error, text, variables);
  return error instanceof ExpressionFault ? why : `is wrong: ${why}`;
}

function refuse(message: string): CompiledExpression {
  return { ok: false, message };
}

function isOfType(type: string, wanted: ExpressionType): boolean {
  // `dyn`: only the data decides. A condition has to be sure.
  if (wanted === 'any' || (type === 'dyn' && wanted !== 'bool')) return true;
  return type === wanted || type.startsWith(`${wanted}<`);
}

function needed(wanted: ExpressionType): string {
  return wanted === 'bool' ? 'allowed: a comparison or another condition that is true or false' : `allowed: ${wanted}`;
}

function explain(error: unknown, text: string, { types }: Variables): string {
  if (error instanceof ParseError || error instanceof TypeFault || error instanceof EvaluationError) {
    const { code, summary, range } = error;
    const where = range === undefined ? '' : ` at ${place(text, range.start, range.end)}`;
    const hint =
      code === 'unknown_variable' || code === 'reserved_identifier'
        ? `; allowed: ${Object.keys(types).join(', ')}`
        : '';
    return clip(`${sentence(summary)}${where}${hint}`);
  }
  if (error instanceof ExpressionFault) return clip(error.message);
  // Zones, dates: the platform's own errors. A recursion that is too deep ends here, too.
  return clip(error instanceof Error ? error.message : String(error));
}

function place(text: string, start: number, end: number): string {
  if (start >= text.length) return 'its end';
  return `character ${start + 1}, ${JSON.stringify(text.slice(start, Math.min(Math.max(end, start + 12), start + 30)))}`;
}

function sentence(summary: string): string {
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}

function clip(message: string): string {
  const line = message.replace(/\s+/g, ' ');
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}...` : line;
}

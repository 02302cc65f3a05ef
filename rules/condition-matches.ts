/**
 * `text.matches(pattern)` on RE2. A pattern that is a literal is compiled when the expression is checked, so that a bad one is told
 * at once; others are remembered, some hundred.
 */

import { ExpressionFault } from './expression-fault.ts';
import { Memo } from './memo.ts';
import { type CompiledPattern, compilePattern } from './pattern-set.ts';

const DYNAMIC_PATTERNS = 256;
const LONGEST_PATTERN = 1000;

export type Match = (text: string, pattern: () => string) => boolean;

export function literalMatch(pattern: string): Match {
  const compiled = compileBounded(pattern);
  if (!compiled.ok) throw new ExpressionFault(refusal(compiled));
  return compiled.test;
}

const remembered = new Memo<CompiledPattern>(DYNAMIC_PATTERNS);

export const dynamicMatch: Match = (text, patternOf) => {
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

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ExpressionFault('matches() was given something else than text');
}

/**
 * What of a rule's expression (PromQL) is to be drawn: the value that it compares, over time, and the number that it is compared with.
 * Reads no more of the language than what stands outside of all brackets and texts.
 *
 *   rate(errors_total[5m]) > 5                    rate(errors_total[5m]), threshold 5
 *   0.5 < (a / b) and on (job) up == 1            (a / b), threshold 0.5
 *   a > b                                         a
 *   a or b, absent(up), a > bool 1                as it is
 */

export interface Drawn {
  readonly expression: string;
  /** null: it is compared with no number. */
  readonly threshold: number | null;
}

const COMPARISONS = new Set(['==', '!=', '>', '<', '>=', '<=']);

export function drawnOf(expression: string): Drawn {
  const whole = withoutBrackets(expression.trim());
  const asItIs: Drawn = { expression: expression.trim(), threshold: null };
  const tokens = outerTokens(whole);
  if (tokens === null || tokens.some(({ text }) => /^or$/i.test(text))) return asItIs;
  // A set operation binds weaker than a comparison, and what stands first gives its series their labels and values.
  const end = tokens.find(({ text }) => /^(and|unless)$/i.test(text))?.at ?? whole.length;
  const operand = withoutBrackets(whole.slice(0, end).trim());
  const inside = outerTokens(operand);
  const comparisons = inside?.filter(({ text }) => COMPARISONS.has(text)) ?? [];
  const [comparison] = comparisons;
  if (comparison === undefined || comparisons.length > 1) return asItIs;
  const left = operand.slice(0, comparison.at).trim();
  const right = operand.slice(comparison.at + comparison.text.length).trim();
  if (left === '' || right === '' || /^bool\b/i.test(right)) return asItIs;
  if (numberOf(left) !== null && numberOf(right) === null) return { expression: right, threshold: numberOf(left) };
  return { expression: left, threshold: numberOf(right) };
}

function numberOf(text: string): number | null {
  const bare = withoutBrackets(text).replaceAll(/\s/g, '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare)) return null;
  const number = Number(bare);
  return Number.isFinite(number) ? number : null;
}

interface Token {
  readonly text: string;
  readonly at: number;
}

/**
 * A text in quotes, a comment, a word, a comparison, or any one character. A text that nobody ends goes on to the end: else its rest would
 * be looked through again from each quote in it.
 */
const TOKEN =
  /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|'(?:[^'\\]|\\[\s\S])*(?:'|\\?$)|`[^`]*(?:`|$)|#[^\n]*|[A-Za-z_:][\w:.]*|[0-9.][\w.]*|[=!<>]=?~?|[\s\S]/g;

/** Outside of all brackets. null: they do not match. */
function outerTokens(text: string): Token[] | null {
  const tokens: Token[] = [];
  let depth = 0;
  for (const { 0: found, index: at } of text.matchAll(TOKEN)) {
    if ('([{'.includes(found)) depth++;
    else if (')]}'.includes(found)) depth--;
    else if (depth === 0) tokens.push({ text: found, at });
    if (depth < 0) return null;
  }
  return depth === 0 ? tokens : null;
}

const MOST_BRACKETS = 8;

/** `((a > 1))` is `a > 1`; `(a) > (b)` stays. */
function withoutBrackets(text: string): string {
  let bare = text;
  for (let i = 0; i < MOST_BRACKETS && bare.startsWith('(') && bare.endsWith(')'); i++) {
    const inner = bare.slice(1, -1);
    if (outerTokens(inner) === null) break;
    bare = inner.trim();
  }
  return bare;
}

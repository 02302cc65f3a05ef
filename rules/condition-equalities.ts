/**
 * What a condition cannot be true without: `labels.team == "db" && ...` is false for every alert of another team, whatever
 * follows. Rules are found by these, so that of hundreds only the few are evaluated that may apply (alert/rule-index.ts).
 *
 * An alternative of such comparisons with one name (`a == "x" || a == "y"`, `a in ["x", "y"]`) counts as one with several values.
 */

import type { ASTNode } from '@marcbachmann/cel-js';
import type { Equality } from '../alert/rule-index.ts';

/** `texts`: the variables with texts by name, as in `labels.team`. */
export function equalitiesOf(node: ASTNode, texts: readonly string[]): Equality[] {
  switch (node.op) {
    case '&&':
      return node.args.flatMap((side) => equalitiesOf(side, texts));
    case '||': {
      const [left, right] = node.args.map((side) => equalitiesOf(side, texts));
      return left!.flatMap((one) => either(one, right!));
    }
    case '==':
      return compared(node.args[0], node.args[1], texts) ?? compared(node.args[1], node.args[0], texts) ?? [];
    case 'in':
      return among(node.args[0], node.args[1], texts);
    default:
      return [];
  }
}

/** Whichever side holds, the field has a value of one of them. */
function either({ field, values }: Equality, others: readonly Equality[]): Equality[] {
  const other = others.find((one) => one.field === field);
  return other === undefined ? [] : [{ field, values: [...values, ...other.values] }];
}

function compared(left: ASTNode, right: ASTNode, texts: readonly string[]): Equality[] | null {
  const field = fieldOf(left, texts);
  const value = textLiteral(right);
  return field === null || value === null ? null : [{ field, values: [value] }];
}

function among(left: ASTNode, right: ASTNode, texts: readonly string[]): Equality[] {
  const field = fieldOf(left, texts);
  if (field === null || right.op !== 'list' || right.args.length === 0) return [];
  const values = right.args.map(textLiteral);
  return values.every((value) => value !== null) ? [{ field, values }] : [];
}

function textLiteral(node: ASTNode): string | null {
  return node.op === 'value' && typeof node.args === 'string' && node.args !== '' ? node.args : null;
}

function fieldOf(node: ASTNode, texts: readonly string[]): string | null {
  if (node.op === 'id') return texts.includes(node.args) ? null : node.args;
  if (node.op !== '.' && node.op !== '[]') return null;
  const [left, key] = node.args;
  if (left.op !== 'id' || !texts.includes(left.args)) return null;
  const name = typeof key === 'string' ? key : textLiteral(key);
  return name === null ? null : `${left.args}.${name}`;
}

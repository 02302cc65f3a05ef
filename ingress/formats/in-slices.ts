/** Decoding what takes long part by part: between two parts others have their turn. The result is the same. */

import type { Alert } from '../../alert/alert.ts';
import { Problems } from '../problem.ts';
import { Turns } from '../turns.ts';
import type { Decoded, Format, FormatContext } from './format.ts';

/** Alerts: a millisecond or so. */
const PART = 100;

/** A promise only where it takes longer than a slice. */
export function decodeInSlices(format: Format, body: unknown, context: FormatContext): Decoded | Promise<Decoded> {
  if (format.inSteps !== undefined) return inSteps(format.inSteps(body, context), new Turns());
  const list = format.listIn?.(body, context) ?? null;
  if (list === null || list.length <= PART || format.withList === undefined) return format.decode(body, context);
  return inParts(format, body, list, context);
}

async function inParts(
  format: Format,
  body: unknown,
  list: readonly unknown[],
  context: FormatContext,
): Promise<Decoded> {
  const turns = new Turns();
  const problems = new Problems();
  const alerts: Alert[] = [];
  for (let first = 0; first < list.length; first += PART) {
    const part = format.withList!(body, list.slice(first, first + PART));
    const decoded = format.decode(part, { ...context, first });
    for (const alert of decoded.alerts) alerts.push(alert);
    problems.addAll(decoded.problems);
    if (turns.isDue()) await turns.next();
  }
  return { alerts, problems };
}

function inSteps(steps: Generator<void, Decoded, void>, turns: Turns): Decoded | Promise<Decoded> {
  while (!turns.isDue()) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
  return turns.next().then(() => inSteps(steps, turns));
}

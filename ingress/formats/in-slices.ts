/** Decoding a list of thousands of alerts part by part: between two parts others have their turn. The result is the same. */

import type { Alert } from '../../alert/alert.ts';
import { Problems } from '../problem.ts';
import { Turns } from '../turns.ts';
import type { Decoded, Format, FormatContext } from './format.ts';

/** Alerts: a millisecond or so. */
const PART = 100;

export function isLong(format: Format, body: unknown): boolean {
  return (format.listIn?.(body)?.length ?? 0) > PART;
}

export async function decodeInSlices(format: Format, body: unknown, context: FormatContext): Promise<Decoded> {
  const list = format.listIn?.(body) ?? null;
  if (list === null || format.withList === undefined) return format.decode(body, context);
  const turns = new Turns();
  const problems = new Problems();
  const alerts: Alert[] = [];
  for (let first = 0; first < list.length; first += PART) {
    const part = format.withList(body, list.slice(first, first + PART));
    const decoded = format.decode(part, { ...context, first });
    for (const alert of decoded.alerts) alerts.push(alert);
    problems.addAll(decoded.problems);
    if (turns.isDue()) await turns.next();
  }
  return { alerts, problems };
}

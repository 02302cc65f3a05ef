/**
 * The JSON of a public event, never larger than a message may be: an event that the bus refuses would hold up all behind it,
 * and with them the purging of the journal. The largest parts of its data are left out, and it says which.
 */

import type { CloudEvent } from './cloud-event.ts';

/** A text of n units has at most so many times n bytes in UTF-8. */
const UTF8_PER_UNIT = 3;

export function eventBody(event: CloudEvent, maxBytes: number): string {
  const body = JSON.stringify(event);
  if (fits(body, maxBytes)) return body;
  const sizes = Object.entries(event.data).map(([name, value]) => [name, JSON.stringify(value)?.length ?? 0] as const);
  const largestFirst = sizes.sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const data: Record<string, unknown> = { ...event.data };
  const omitted: string[] = [];
  for (const name of largestFirst) {
    delete data[name];
    omitted.push(name);
    const smaller = JSON.stringify({ ...event, data: { ...data, omitted } });
    if (fits(smaller, maxBytes)) return smaller;
  }
  return JSON.stringify({ ...event, data: { omitted } });
}

function fits(body: string, maxBytes: number): boolean {
  return body.length * UTF8_PER_UNIT <= maxBytes || Buffer.byteLength(body) <= maxBytes;
}

/** Audiences in tests: the list that Herald reads files into. */

import { type Audience, placeOf } from '../../alert/audience.ts';
import { AudienceList } from '../../resources/audience-list.ts';

export function anAudience(
  addresses: readonly string[],
  change: Partial<Pick<Audience, 'name' | 'channel'>> = {},
): Audience {
  const bytes = Buffer.from(addresses.join('\n'));
  const starts = new Uint32Array(addresses.length);
  let at = 0;
  for (const [i, address] of addresses.entries()) {
    starts[i] = at;
    at += Buffer.byteLength(address) + 1;
  }
  const places = Uint32Array.from(addresses, placeOf);
  const list = new AudienceList(bytes, starts, places, (line) => ({ address: line.toString() }));
  return {
    name: 'customers',
    channel: 'ops',
    size: list.size,
    chunk: (after, most) => list.chunk(after, most),
    has: (address) => list.has(address),
    ...change,
  };
}

export function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `customer-${i}@example.org`);
}

/**
 * Channels name other channels: the fallback of one, the members of a spread. Nothing may come back to where it was, or what
 * nobody can deliver would go round for ever.
 */

import type { Problem } from './problem.ts';
import { type Declared, fieldOf, listOf } from './resource.ts';
import { type ReceiverReference, receiverAt } from './route.ts';

/** Wherever else the spec may be wrong. */
export function channelsOfChannel(spec: unknown): ReceiverReference[] {
  const fallback = receiverAt(fieldOf(spec, 'fallback'), ['spec', 'fallback']);
  const members = fieldOf(spec, 'type') === 'spread' ? listOf(spec, 'members') : [];
  const named = [...fallback, ...members.flatMap((member, i) => receiverAt(member, ['spec', 'members', i]))];
  return named.filter(({ kind }) => kind === 'channel');
}

export function channelCycles(resources: readonly Declared[]): Problem[] {
  const channels = resources.filter((one) => one.kind === 'Channel');
  return [...Map.groupBy(channels, ({ tenant }) => tenant).values()].flatMap(cyclesIn);
}

/** One problem for each reference from which a way leads back. */
function cyclesIn(channels: readonly Declared[]): Problem[] {
  const next = new Map(channels.map(({ name, spec }) => [name, channelsOfChannel(spec)]));
  return channels.flatMap(({ name, document }) =>
    next.get(name)!.flatMap(({ name: to, path }) => {
      const way = wayBack(next, to, name);
      if (way === null) return [];
      const shown = [name, ...way].map((one) => `channel/${one}`).join(' -> ');
      return [
        document.problem(path, `leads back to where it began: ${shown}; allowed: a channel that leads elsewhere`),
      ];
    }),
  );
}

/** From one to the other, both named; null: there is none. Breadth first, so it is the shortest. */
function wayBack(next: ReadonlyMap<string, readonly ReceiverReference[]>, from: string, to: string): string[] | null {
  const ways: string[][] = [[from]];
  const seen = new Set([from]);
  for (const way of ways) {
    const last = way.at(-1)!;
    if (last === to) return way;
    for (const { name: channel } of next.get(last) ?? []) {
      if (seen.has(channel)) continue;
      seen.add(channel);
      ways.push([...way, channel]);
    }
  }
  return null;
}

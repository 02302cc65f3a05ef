import type { SenderMemory } from '../../channels/sender.ts';

/** What a channel keeps, for senders that follow each other in one test. */
export function aMemory(): SenderMemory & { readonly kept: Map<string, string>; failing: boolean } {
  const kept = new Map<string, string>();
  return {
    kept,
    failing: false,
    async read(name) {
      if (this.failing) throw new Error('NATS does not answer');
      return kept.get(name) ?? null;
    },
    async write(name, text) {
      if (this.failing) throw new Error('NATS does not answer');
      kept.set(name, text);
    },
  };
}

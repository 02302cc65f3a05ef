/**
 * A group's identity, one object for all alerts of the group: made once where an alert is routed, known again by its text
 * where it is read. Thousands of alerts name the same group; each would otherwise hold, pack and unpack a copy of its own.
 */

import type { LabelSet } from './alert.ts';
import type { GroupRef } from './entry.ts';
import type { ReceiverTiming } from './policy.ts';

export class SharedGroupRef implements GroupRef {
  readonly id: string;
  readonly tenant: string;
  readonly key: string;
  readonly labels: LabelSet;
  readonly timing: ReceiverTiming;
  #text: string | null = null;

  constructor({ id, tenant, key, labels, timing }: GroupRef) {
    this.id = id;
    this.tenant = tenant;
    this.key = key;
    this.labels = labels;
    this.timing = timing;
  }

  /** JSON, made once. */
  get text(): string {
    this.#text ??= JSON.stringify(this);
    return this.#text;
  }

  /** The group of a text that `text` gave. Throws SyntaxError for any other. */
  static ofText(text: string): SharedGroupRef {
    let group = known.get(text);
    if (group === undefined) {
      group = new SharedGroupRef(JSON.parse(text) as GroupRef);
      group.#text = text;
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(text, group);
    }
    return group;
  }
}

const MOST_KNOWN = 10_000;
const known = new Map<string, SharedGroupRef>();

/**
 * How alike label sets are: the weighted Jaccard index, the weight that they share over the weight of all that they have. What
 * many alerts of the window carry says little and weighs little; what only one carries cannot be shared and weighs least, so
 * that the pods of one deployment are alike though each has its own name.
 *
 * Many sets are not compared each with each: MinHash (Broder, 1997) in bands brings those together that are probably alike,
 * and only these are compared. Nothing is random: the same sets in the same order give the same answer.
 */

import type { LabelSet } from '../alert/alert.ts';

/** Two rows to a band: at an index of 0.5 a pair meets in one of the bands with 99 %. */
const BANDS = 16;
const ROWS = 2;
/** Leaders that one bucket remembers. */
const MAX_LEADERS = 8;
const ALONE = 0.25;

export class LabelSets {
  /** Per set the ids of its pairs, ascending. */
  readonly #pairs: readonly Int32Array[];
  readonly #weights: Float64Array;
  readonly #shared: Uint8Array;

  constructor(sets: readonly LabelSet[]) {
    const ids = new Map<string, number>();
    const counts: number[] = [];
    this.#pairs = sets.map((labels) => {
      const names = Object.keys(labels);
      const pairs = new Int32Array(names.length);
      for (let i = 0; i < names.length; i++) {
        const text = `${names[i]}\0${labels[names[i]!]}`;
        let id = ids.get(text);
        if (id === undefined) {
          id = counts.length;
          ids.set(text, id);
          counts.push(0);
        }
        counts[id]!++;
        pairs[i] = id;
      }
      return pairs.sort();
    });
    this.#weights = Float64Array.from(counts, (count) => (count === 1 ? ALONE : Math.log(1 + sets.length / count)));
    this.#shared = Uint8Array.from(counts, (count) => (count === 1 ? 0 : 1));
  }

  /** Between 0 and 1. Two empty sets are alike. */
  likeness(a: number, b: number): number {
    const x = this.#pairs[a]!;
    const y = this.#pairs[b]!;
    let i = 0;
    let j = 0;
    let common = 0;
    let all = 0;
    while (i < x.length && j < y.length) {
      const left = x[i]!;
      const right = y[j]!;
      const weight = this.#weights[Math.min(left, right)]!;
      all += weight;
      if (left === right) common += weight;
      if (left <= right) i++;
      if (right <= left) j++;
    }
    for (; i < x.length; i++) all += this.#weights[x[i]!]!;
    for (; j < y.length; j++) all += this.#weights[y[j]!]!;
    return all === 0 ? 1 : common / all;
  }

  /** MinHash of the pairs that others have too: one number per band. */
  bands(set: number): Uint32Array {
    const bands = new Uint32Array(BANDS);
    const pairs = this.#pairs[set]!;
    for (let band = 0; band < BANDS; band++) {
      let hash = 0;
      for (let row = 0; row < ROWS; row++) {
        const seed = SEEDS[band * ROWS + row]!;
        let least = 0xffffffff;
        for (const pair of pairs) if (this.#shared[pair] === 1) least = Math.min(least, mix(pair + 1, seed));
        hash = Math.imul(hash ^ least, 0x01000193) >>> 0;
      }
      bands[band] = hash;
    }
    return bands;
  }
}

interface Leader {
  readonly set: number;
  last: number;
}

/**
 * Links every set in `order` with an earlier one of the same bucket that is at least `least` alike. Compared is with the first
 * of those that were linked, so that a chain does not drift from one thing to another; `near` is asked for the last of them.
 */
export function linkAlike(
  sets: LabelSets,
  order: Iterable<number>,
  least: number,
  near: (earlier: number, later: number) => boolean,
  linked: (earlier: number, later: number) => boolean,
  link: (earlier: number, later: number) => void,
): void {
  const buckets = Array.from({ length: BANDS }, () => new Map<number, Leader[]>());
  for (const set of order) {
    const bands = sets.bands(set);
    for (let band = 0; band < BANDS; band++) {
      const bucket = buckets[band]!;
      const leaders = bucket.get(bands[band]!);
      if (leaders === undefined) bucket.set(bands[band]!, [{ set, last: set }]);
      else join(leaders, set);
    }
  }

  function join(leaders: Leader[], set: number): void {
    for (const leader of leaders) {
      if (!near(leader.last, set)) continue;
      if (!linked(leader.set, set)) {
        if (sets.likeness(leader.set, set) < least) continue;
        link(leader.last, set);
      }
      leader.last = set;
      return;
    }
    leaders.push({ set, last: set });
    if (leaders.length > MAX_LEADERS) leaders.shift();
  }
}

const SEEDS = Uint32Array.from({ length: BANDS * ROWS }, (_, i) => mix(i + 1, 0x9e3779b9));

/** The finaliser of MurmurHash3: every bit of the input moves every bit of the result. */
function mix(value: number, seed: number): number {
  let h = value ^ seed;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The lines of one flush: whom it is about, which of them in this commit, and what is decided for each. */

import { type ChannelFlush, type Flush, type FlushedLine, flushChannel } from './flush-channel.ts';
import { shareOf } from './flush-pass.ts';
import { only, type Parts } from './flush-view.ts';
import { type GroupState, toldByLine } from './group-state.ts';
import { lineName } from './line-name.ts';
import type { Told } from './needs-update.ts';
import type { Reached } from './reach.ts';

interface Job {
  readonly name: string;
  readonly line: FlushedLine;
  /** What it may hear of. */
  readonly parts: Parts;
  readonly repeatInterval: number;
}

export interface FlushedLines {
  readonly flushes: readonly ChannelFlush[];
  /** Name of the last line, where more are left for the next commit; null: this was all. */
  readonly after: string | null;
  /** Names of the lines that the receivers lead to now, decided on in this commit or not. */
  readonly present: readonly string[];
}

export function flushLines(flush: Flush, parts: Parts, reached: Pick<Reached, 'lines'>): FlushedLines {
  const { state } = flush;
  const told = toldByLine(state);
  const lines = jobsOf(flush, parts, reached);
  const { jobs, after } = shareOf(
    [...lines, ...ends(state, parts, new Set(lines.map(({ name }) => name)))],
    state.pass,
  );
  const flushes = jobs.map(({ name, line, parts: own, repeatInterval }) =>
    flushChannel(flush, line, told.get(name) ?? null, own, repeatInterval),
  );
  return { flushes, after, present: lines.map(({ name }) => name) };
}

function jobsOf({ state }: Flush, parts: Parts, { lines }: Pick<Reached, 'lines'>): Job[] {
  const { repeatInterval } = state.group.timing;
  const told = toldByLine(state);
  const fresh = { ...parts, resolved: [] };
  const jobs = lines.map((line) => {
    const name = lineName(line);
    return {
      name,
      line,
      parts: line.recipient === undefined ? parts : heardOf(parts, told.get(name), fresh),
      repeatInterval,
    };
  });
  if (parts.firing.length > 0) return jobs;
  // Nobody needs to hear the end of what they heard nothing of. Whoever did is told, see below.
  return jobs.filter(({ line }) => line.recipient === undefined);
}

/** A person hears the end of what they heard the beginning of; a channel, as Alertmanager has it, of all that is new. */
function heardOf(parts: Parts, told: Told | undefined, fresh: Parts): Parts {
  if (parts.resolved.length === 0) return parts;
  if (told === undefined) return fresh;
  const known = new Set([...told.firing, ...told.resolved, ...(told.owed ?? [])]);
  return { ...parts, resolved: parts.resolved.filter(({ fingerprint }) => known.has(fingerprint)) };
}

/** Nothing leads there any more (another route, another person on call, quiet hours), but they were told that alerts fire: they hear
 * how these end, and nothing else. */
function ends(state: GroupState, parts: Parts, present: ReadonlySet<string>): Job[] {
  const jobs: Job[] = [];
  for (const [name, told] of toldByLine(state)) {
    const toEnd = [...told.firing, ...(told.owed ?? [])];
    if (toEnd.length === 0 || present.has(name)) continue;
    const { channel, recipient } = told;
    const line = recipient === undefined ? { channel } : { channel, recipient };
    jobs.push({ name, line, parts: only(parts, toEnd), repeatInterval: Number.POSITIVE_INFINITY });
  }
  return jobs;
}

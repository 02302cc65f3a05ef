/**
 * A flush that tells many recipients takes several commits, so that none grows large and whatever is more urgent comes in between.
 * How far it has come stands in the state of the group: after a crash the next owner goes on from there, and nobody is told twice.
 *
 *   none       flush: few lines                      none
 *   none       flush: many                           under way: the first lines are decided, due again at once
 *   under way  flush                                 under way, until no lines are left; then none
 *   under way  an alert joins                        under way: what joined stays in the group, for the lines before did not hear of it
 */

import type { FlushDecision } from './event.ts';
import { lineName } from './line-name.ts';
import type { Told } from './needs-update.ts';
import type { GroupedAlert } from './notification.ts';

/** Lines decided on in one commit: about half a megabyte of notifications with one small alert. */
export const LINES_PER_FLUSH = 250;

export interface FlushPass {
  /** Name of the last line that was decided on; lines come in the order of their names. */
  readonly after: string;
  /** Resolved alerts of which every line will have heard when it is done: they leave the group then. Fingerprints. */
  readonly leaving: readonly string[];
  /** Something joined meanwhile: the lines before have to hear of it. */
  readonly joined: boolean;
}

export interface Share<Job> {
  readonly jobs: readonly Job[];
  /** Where the next share begins; null: this is the last one. */
  readonly after: string | null;
}

/** The jobs of this commit, out of all. Their order is kept where they are few. */
export function shareOf<Job extends { readonly name: string }>(
  jobs: readonly Job[],
  pass: FlushPass | undefined,
): Share<Job> {
  if (pass === undefined && jobs.length <= LINES_PER_FLUSH) return { jobs, after: null };
  const after = pass?.after ?? '';
  const left = jobs.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
  const share = left.slice(0, LINES_PER_FLUSH);
  return { jobs: share, after: share.length < left.length ? share.at(-1)!.name : null };
}

export function passAfterJoin(pass: FlushPass, { fingerprint }: GroupedAlert): FlushPass {
  return { ...pass, joined: true, leaving: pass.leaving.filter((one) => one !== fingerprint) };
}

/**
 * A recipient of many who is not told, and for whom nothing has changed, needs no line in the journal: a line that is not told keeps
 * the very lists of before.
 */
export function isWorthALine(
  { recipient, notificationId, channel, firing, resolved, owed, held }: FlushDecision,
  told: ReadonlyMap<string, Told>,
): boolean {
  if (recipient === undefined || notificationId !== null || held !== undefined) return true;
  const before = told.get(lineName({ channel, recipient }));
  if (before === undefined) return true;
  return before.firing !== firing || before.resolved !== resolved || before.owed?.length !== owed?.length;
}

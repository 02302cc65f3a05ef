/**
 * Drops alerts of a job that is being retried, and says how often it was. The counts live as long as the thread: a plug-in that
 * was ended begins anew, so nothing that must be kept belongs here.
 */

import type { FilterPlugin } from '../../rules/plugin.ts';

const HOUR = 3_600_000;
const SEEN_ENOUGH = 10_000;
const lastFailure = new Map<string, number>();

const plugin: FilterPlugin = {
  herald: 1,
  kind: 'filter',
  version: '1.0.0',
  filter({ labels, namespace, now }) {
    const { job_name: job, attempt } = labels;
    if (job === undefined) return null;
    const key = `${namespace}/${job}`;
    const before = lastFailure.get(key);
    if (lastFailure.size >= SEEN_ENOUGH) lastFailure.clear();
    lastFailure.set(key, now);
    if (Number(attempt) < 3) return { verdict: 'drop', because: `attempt ${attempt} of 3, it is tried again` };
    const isAgain = before !== undefined && now - before < HOUR;
    return isAgain ? { priority: 'P2', because: 'failed before within the hour' } : { labels: { retried: 'true' } };
  },
};

export default plugin;

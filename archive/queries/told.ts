/** What a receiver heard of the alert: by the newest notification that its channel was given. Pure. */

import { countsIn } from '../project/member.ts';
import type { Telling } from './ledger-rows.ts';
import { time } from './query.ts';
import type { Facts, Found } from './verdict.ts';
import { clock, explained, reasonsIn, type Why } from './words.ts';

/** Itself, or the bundle that it became. */
export function isDelivered({ state, went_on_as, audience }: Telling, all: readonly Telling[]): boolean {
  const counts = countsIn({ audience });
  if (counts !== null) return (counts.delivered ?? 0) > 0;
  if (state !== 'bundled') return state === 'delivered';
  const bundle = all.find((row) => row.notification_id === went_on_as);
  return bundle !== undefined && isDelivered(bundle, all);
}

export function toldBy(last: Telling, facts: Facts): Found {
  const what = whatOf(last, facts);
  const reasons = reasonsIn(last);
  const why = explained(reasons);
  const of = { at: time(last.updated_at), notificationId: last.notification_id, attempts: last.attempts, reasons };
  const tries = last.attempts > 1 ? ` at attempt ${last.attempts}` : '';
  switch (last.state) {
    case 'delivered':
      return {
        ...of,
        verdict: 'told',
        answer: `told ${what} at ${clock(last.updated_at)}${tries}${since(last, facts)}`,
      };
    case 'queued':
      if (last.not_before === null)
        return { ...of, verdict: 'on-its-way', answer: `about to be told ${what}: waits in the queue of its channel` };
      return {
        ...of,
        verdict: 'retrying',
        answer: `not told yet ${what}: attempt ${last.attempts} failed, the next is at ${clock(last.not_before)}: ${why}`,
      };
    case 'attempting':
      return { ...of, verdict: 'on-its-way', answer: `being told ${what}${tries} since ${clock(last.updated_at)}` };
    case 'uncertain':
      return { ...of, verdict: 'uncertain', answer: `perhaps told ${what}: ${why}` };
    case 'dead':
      return {
        ...of,
        verdict: 'dead-letter',
        answer: `not told ${what}: dead letter ${last.dead_letter_id ?? ''} since ${clock(last.updated_at)}: ${why}`,
      };
    case 'diverted':
      return { ...of, verdict: 'diverted', answer: `not told ${what} by it: ${why}` };
    case 'bundled': {
      const bundle = facts.all.find((row) => row.notification_id === last.went_on_as);
      const answer = `told ${what} in a bundle: ${why}`;
      // A bundle has its own size: it may have no room to list this alert.
      if (bundle === undefined) return { ...of, verdict: 'counted', answer };
      const found = toldBy(bundle, facts);
      return { ...found, answer: `${found.answer}; in a bundle` };
    }
    case 'expanding':
      return { ...of, verdict: 'on-its-way', answer: `being told ${what}: ${summed(last)}` };
    case 'expanded': {
      const { told, delivered = 0 } = countsIn(last) ?? { told: 0 };
      const verdict = delivered === told ? 'told' : delivered > 0 ? 'counted' : 'on-its-way';
      return { ...of, verdict, answer: `told ${what}: ${summed(last)}${since(last, facts)}` };
    }
    default:
      return last.state satisfies never;
  }
}

function whatOf(last: Telling, { decision }: Facts): string {
  if (last.said === 'resolved') return 'that it ended';
  const isTaking = decision?.notification_id === last.notification_id && isAcknowledged(reasonsIn(decision));
  return isTaking ? 'that somebody took it on' : 'that it fires';
}

function isAcknowledged(reasons: readonly Why[]): boolean {
  return reasons.some(({ code }) => code === 'group.acknowledged');
}

/** Of an audience: `1000 of its recipients so far: 998 delivered, 2 dead`. */
function summed(last: Telling): string {
  const { told, ...states } = countsIn(last) ?? { told: 0 };
  const parts = Object.entries(states).map(([state, count]) => `${count} ${state}`);
  return `${told} of its recipients${last.state === 'expanding' ? ' so far' : ''}: ${parts.join(', ')}`;
}

/** What keeps the receiver from hearing more than that. */
function since(last: Telling, { alert, group, hold, decision }: Facts): string {
  if (hold !== null) return `; held back since ${clock(hold.since)}: ${explained([hold])}`;
  const isOver = alert.ended_at !== null && last.said === 'firing';
  if (!isOver) return '';
  if (decision === null || decision.at < alert.ended_at!)
    return group.next_flush === null ? '' : `; of its end at ${clock(group.next_flush)}`;
  return decision.notification_id === null ? `; not told of its end: ${explained(reasonsIn(decision))}` : '';
}

/** Alerts in, as fast as eight connections send them, until the last of them is journaled as delivered. */

import { type Herald, until } from './herald.ts';
import { allAccepted, startLoad } from './load.ts';
import { microseconds } from './monotonic.ts';
import { NOTIFIED } from './resources.ts';
import type { Scratch } from './scratch.ts';

const ALERTS = 10;
const WITHIN = 300_000;

/** `first`: how many were sent to this Herald before, all of them delivered. */
export async function delivered(scratch: Scratch, herald: Herald, first: number, count: number) {
  const load = allAccepted(
    await startLoad(scratch).ask({
      port: herald.port,
      connections: 8,
      body: { format: 'webhook', path: '/v1/webhooks/alertmanager', alerts: ALERTS, label: NOTIFIED },
      first,
      plan: { kind: 'count', requests: Math.ceil(count / ALERTS) },
    }),
  );
  const wanted = first + load.accepted;
  const journaled = () => herald.metric('herald_events_total', { type: 'delivery.delivered' });
  await until(`${wanted} journaled deliveries`, async () => (await journaled()) >= wanted, WITHIN);
  return { sent: load.accepted, seconds: (microseconds() - load.startedAt) / 1e6 };
}

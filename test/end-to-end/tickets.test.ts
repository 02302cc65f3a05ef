/** A group's life in ServiceNow, with a kill -9 between the opening of its incident and the record of it. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startHerald } from '../support/herald.ts';
import { PASSWORD, startServicenow, USER } from '../support/providers/servicenow.ts';
import { until } from '../support/until.ts';
import { ended, get, payload, post } from './alerts.ts';
import { environments, route, SOURCES } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

type Servicenow = Awaited<ReturnType<typeof startServicenow>>;

const firing = await payload('firing-critical');

let herald: RunningHerald;
let servicenow: Servicenow;

before(async () => {
  servicenow = await startServicenow();
  herald = await runningHerald({
    config: {
      'herald.yaml': `${SOURCES}${environments()}${route({ receivers: ['tickets'] })}---
apiVersion: herald/v1
kind: Channel
metadata: { name: tickets }
spec:
  type: servicenow
  url: ${servicenow.url}
  auth: { basic: { user: ${USER}, secret: { env: SERVICENOW_PASSWORD } } }
  retry: { initial: 10ms, max: 100ms }
  allowPrivateAddresses: true
`,
    },
    env: { SERVICENOW_PASSWORD: PASSWORD },
  });
});

interface DeliveryAnswer {
  readonly deliveries: readonly { readonly state: string; readonly attempts: number }[];
}

test('[BR-INT-004] [BR-REL-014] an owner that is killed after the incident was opened opens no second one; the end resolves it', async () => {
  // The incident is made, and the answer never comes.
  servicenow.faults.push({ answer: { kind: 'hang' }, acts: true, method: 'POST' });
  await post(`${herald.url}/v1/webhooks/alertmanager`, firing);
  await until('an incident', () => servicenow.incidents.length === 1);
  await herald.kill9Tree();

  const again = await startHerald({ env: herald.env });
  await again.ready();
  const delivered = await until(
    'the delivery to be recorded',
    async () => {
      const { body } = await get(`${again.url}/v1/deliveries`);
      return (body as DeliveryAnswer).deliveries.find(({ state }) => state === 'delivered') ?? null;
    },
    { timeoutMs: 60_000 },
  );
  assert.equal(delivered.attempts, 2);
  assert.equal(servicenow.incidents.length, 1);
  assert.equal(servicenow.incidents[0]!.work_notes, '', 'what opened it is not told a second time');

  await post(`${again.url}/v1/webhooks/alertmanager`, ended(firing));
  await until('the incident to be resolved', () => servicenow.incidents[0]!.state === '6', { timeoutMs: 30_000 });
  assert.equal(servicenow.incidents.length, 1);
  assert.match(servicenow.incidents[0]!.close_notes ?? '', /^Resolved: /);
});

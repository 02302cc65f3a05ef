/** No channel works, for long: Herald goes on taking in, deciding and answering, and tells what still matters once they work again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReceivedRequest, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { runningHerald } from './running-herald.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const labelsOf = (name: string) => ({ alertname: name, namespace: 'shop-prod' });

interface Delivery {
  readonly channel: string;
  readonly state: string;
  readonly notificationId: string;
}

interface Standings {
  readonly channels: readonly {
    readonly name: string;
    readonly failure: {
      readonly type: string;
      readonly severity: string;
      readonly host: string;
      readonly waiting: number;
      readonly takenOverBy: string | null;
    } | null;
  }[];
  readonly causes: readonly { readonly kind: string; readonly of: string; readonly channels: readonly string[] }[];
}

test('[BR-REL-008] [BR-ERR-008] [BR-ERR-003] [BR-ERR-005] while no channel works alerts are taken in, decided, acknowledged and ended, and nothing is lost of what is to be told', async () => {
  const provider = await startReceiver({ script: { kind: 'reset' } });
  const fast =
    'retry: { maxAttempts: 1000, initial: 10ms, max: 200ms }, breaker: { failures: 5, pause: 300ms, maxPause: 500ms }';
  const brief = 'retry: { maxAttempts: 2, initial: 10ms, max: 20ms }';
  const herald = await runningHerald({
    config: {
      'herald.yaml': `${SOURCES}${environments()}${route({ receivers: ['ops', 'brief'] })}${webhookChannel(provider.url, { spec: fast })}${webhookChannel(provider.url.replace('/hook', '/brief'), { name: 'brief', spec: brief })}`,
    },
  });
  const deliveries = async () =>
    ((await get(`${herald.url}/v1/deliveries?limit=100`)).body as { deliveries: Delivery[] }).deliveries;
  const sent = await post(`${herald.url}/v1/webhooks/herald`, alertsOf(...names.map(labelsOf)));
  assert.equal(sent.status, 202);
  await until('the breaker to open', async () => {
    const { channels } = (await get(`${herald.url}/v1/channels`)).body as {
      channels: { name: string; breaker: { state: string } }[];
    };
    return channels.find(({ name }) => name === 'ops')?.breaker.state !== 'closed';
  });
  const open = await until('the alerts to be shown', async () => {
    const { alerts } = (await get(`${herald.url}/v1/alerts?status=firing`)).body as {
      alerts: { fingerprint: string; labels: { alertname: string } }[];
    };
    return alerts.length === names.length ? alerts : null;
  });
  const fingerprint = (name: string) => open.find(({ labels }) => labels.alertname === name)!.fingerprint;
  const taken = await post(`${herald.url}/v1/alerts/default/${fingerprint('a')}/acknowledge`, {
    by: 'ada',
    comment: '',
  });
  assert.equal(taken.status, 200);
  const over = { alerts: [{ status: 'resolved', labels: labelsOf('b'), endsAt: '2026-11-23T08:58:00Z' }] };
  assert.equal((await post(`${herald.url}/v1/webhooks/herald`, over)).status, 202);
  const given = await until('those to be dead letters whose attempts are used up', async () => {
    const dead = (await deliveries()).filter(({ channel, state }) => channel === 'brief' && state === 'dead');
    return dead.length >= names.length ? dead : null;
  });
  assert.equal((await get(`${herald.url}/readyz`)).status, 200);
  const standing = async () => (await get(`${herald.url}/v1/channels`)).body as Standings;
  const { channels, causes } = await standing();
  const { failure } = channels.find(({ name }) => name === 'ops')!;
  assert.deepEqual([failure?.type, failure?.host, failure?.takenOverBy], ['connect', '127.0.0.1', null]);
  assert.equal(failure?.severity, 'critical', 'its breaker is open, and nobody takes what waits');
  assert.ok(failure.waiting >= names.length);
  assert.deepEqual(
    causes.map((cause) => [cause.kind, cause.of, cause.channels]),
    [['host', '127.0.0.1', ['brief', 'ops']]],
  );

  const took: ReceivedRequest[] = [];
  provider.answerWith((request) => {
    took.push(request);
    return { kind: 'reply', status: 200 };
  });
  const told = (path: string) =>
    new Set(
      took
        .filter((request) => request.path === path)
        .map(({ body }) => {
          const { status, groupLabels } = JSON.parse(body) as { status: string; groupLabels: { alertname: string } };
          return `${groupLabels.alertname} ${status}`;
        }),
    );
  await until('all of it to be told', () => told('/hook').size === names.length + 1, {
    seen: () => [...told('/hook')],
  });
  assert.ok(told('/hook').has('b resolved'), 'who hears that it fired hears that it ended');
  const ids = took.filter(({ path }) => path === '/hook').map(({ headers }) => String(headers['webhook-id']));
  assert.equal(new Set(ids).size, ids.length, 'nothing came twice');
  assert.equal((await post(`${herald.url}/v1/dead-letters/replay`, { channel: 'brief' })).status, 200);
  await until('the dead letters to be told', () => told('/brief').size >= names.length, {
    seen: () => [...told('/brief')],
  });
  assert.ok(given.length >= names.length);
  await until('no channel to fail any more', async () => {
    const now = await standing();
    return now.causes.length === 0 && now.channels.every((one) => one.failure === null);
  });
});

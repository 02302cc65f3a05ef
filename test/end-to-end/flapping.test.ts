/** An alert that opens and ends all the time, in a Herald that runs: told once as such, shown, counted. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import '../support/leaks.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { get, notificationIn, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const LIFECYCLE = `---
apiVersion: herald/v1
kind: Lifecycle
metadata: { name: default }
spec:
  forgetAfter: 10m
  flapping: { openings: 2, within: 10m }
`;
const LABELS = { alertname: 'Flaps', namespace: 'shop-prod' };

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  const config = SOURCES + environments() + route() + webhookChannel(receiver.url) + LIFECYCLE;
  herald = await runningHerald({ config: { 'herald.yaml': config } });
});

const send = (status: string) => {
  const times = { startsAt: new Date(Date.now() - 10_000).toISOString() };
  return post(`${herald.url}/v1/webhooks/herald`, { alerts: [{ status, labels: LABELS, ...times }] });
};

const told = () =>
  receiver.requests.map(notificationIn).map(({ status, herald: { reasons } }) => {
    return `${status}${reasons.some(({ code }) => code === 'alert.flapping') ? ' as flapping' : ''}`;
  });

interface Shown {
  readonly fingerprint: string;
  readonly status: string;
  readonly episode: number;
  readonly flapping: { readonly since: string; readonly heldUntil: string | null; readonly openings: number } | null;
}

async function shown(): Promise<Shown | undefined> {
  const { body } = await get(`${herald.url}/v1/alerts?q=Flaps`);
  return (body as { alerts: Shown[] }).alerts[0];
}

test('[BR-AP-L25] [BR-ERR-011] the episode that makes it flapping is told as such, the next is held back, and every told end is told', async () => {
  for (let episode = 1; episode <= 3; episode++) {
    await send('firing');
    await until(`episode ${episode} to be told`, () => told().length === 2 * episode - 1);
    await send('resolved');
    await until(`the end of episode ${episode} to be told`, () => told().length === 2 * episode);
  }
  assert.deepEqual(told(), ['firing', 'resolved', 'firing', 'resolved', 'firing as flapping', 'resolved']);
  await send('firing');
  const held = await until('the view to say that it is held back', async () => {
    const alert = await shown();
    return alert?.flapping?.heldUntil ? alert : false;
  });
  assert.deepEqual([held.status, held.episode, held.flapping?.openings], ['firing', 4, 3]);
  const explained = await until('explain to say so', async () => {
    const { out } = await herald.command('explain', held.fingerprint);
    return out.includes('hold.flapping') && out;
  });
  assert.match(explained, /alert\.flapping +opened 3 times within 600s, flapping since/);
  assert.equal(told().length, 6, 'nobody was told');
});

test('[BR-AP-L25] metrics count alerts by where they stand, how long they were open, and what holds them back', async () => {
  const { body } = await get(`${herald.url}/metrics`);
  const text = String(body);
  assert.match(text, /^herald_alerts\{status="firing",environment="production",priority="P1"\} 1$/m);
  assert.match(text, /^herald_alerts\{status="resolved",environment="production",priority="P1"\} 0$/m);
  assert.match(text, /^herald_alert_open_seconds_count\{until="resolved",environment="production"\} 3$/m);
  assert.match(text, /^herald_alerts_held_total\{reason="hold\.flapping"\} 1$/m);
});

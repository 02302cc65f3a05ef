/**
 * A person subscribes to alerts of a Herald that runs, by its own command: the notification comes, also after everything was killed; with
 * the grant that is taken away by a change of the resources it does not, and the ledger says why.
 */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type HeraldProcess, startHerald } from '../support/herald.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, notificationIn, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runCommand, runningHerald } from './running-herald.ts';
import { signedIn } from './signed-in.ts';

const people = (granted: string) => `---
apiVersion: herald/v1
kind: User
metadata: { name: bob }
spec: { contacts: [{ channel: channel/to-bob, address: bob@example.org }], mayHear: { environments: [${granted}] } }
`;

let herald: RunningHerald;
let running: HeraldProcess;
let ops: Receiver;
let bob: Receiver;
let id = '';
const { keys, as, giveKey } = signedIn(() => ({ env: herald.env, url: running.url }));

before(async () => {
  [ops, bob] = [await startReceiver(), await startReceiver()];
  const channels = [webhookChannel(ops.url), webhookChannel(bob.url, { name: 'to-bob' })];
  const config = { 'herald.yaml': [SOURCES, environments(), route(), ...channels].join('') };
  herald = await runningHerald({ config: { ...config, 'people.yaml': people('staging, development') } });
  running = herald;
  await giveKey('root', 'admin', '--tenant', '*');
  await giveKey('bob', 'viewer');
});

const toldBy = ({ requests }: Receiver) =>
  requests.map(notificationIn).map(({ status, groupLabels }) => `${groupLabels.alertname} ${status}`);

async function send(alertname: string, status = 'firing', namespace = 'shop-stg'): Promise<void> {
  const { alerts } = alertsOf({ alertname, namespace }) as { alerts: object[] };
  const body = { alerts: alerts.map((alert) => ({ ...alert, status })) };
  assert.equal((await post(`${running.url}/v1/webhooks/herald`, body)).status, 202);
}

async function explained(alertname: string, wanted: RegExp): Promise<string> {
  const headers = { authorization: `Bearer ${keys.root}` };
  return until(`the ledger to say ${wanted}`, async () => {
    const response = await fetch(`${running.url}/v1/alerts?q=${alertname}`, { headers });
    const { alerts } = (await response.json()) as { alerts: { fingerprint: string }[] };
    if (alerts[0] === undefined) return false;
    const { out } = await as('root', 'explain', alerts[0].fingerprint);
    return wanted.test(out) ? out : false;
  });
}

test('[BR-NOT-022] [BR-CFG-011] who subscribes by the API is told from then on, beside the routes; a dry run and the ledger name it', async () => {
  const refused = await as('bob', 'subscription', 'add', 'app!=""');
  assert.match(refused.err, /user\/bob may hear of staging, development, and this is for every environment/);
  const timing = ['--group-wait', '0s', '--group-interval', '1s'];
  const words = ['add', 'namespace="shop-stg"', '--environment', 'staging', ...timing, '--json'];
  const { code, out, err } = await as('bob', 'subscription', ...words);
  assert.equal(code, 0, err);
  id = (JSON.parse(out) as { id: string }).id;
  await send('Heard');
  await until('both to be told', () => toldBy(bob).length === 1 && toldBy(ops).length === 1);
  await explained('Heard', new RegExp(`reach\\.subscribed +subscription ${id} by bob`));
  const { policy } = JSON.parse((await as('root', 'status', '--json')).out).status;
  assert.match(policy.hash, /^[0-9a-f]{64}-[0-9a-f]{8}$/);
  assert.ok(Date.parse(policy.activatedAt) > 0, 'since when the policy with it is in force is known');
  const tried = await post(`${running.url}/v1/webhooks/herald?dryRun=true`, alertsOf({ namespace: 'shop-stg' }));
  assert.match(JSON.stringify(tried.body), new RegExp(`to-bob user/bob: subscription ${id} by bob`));
  const env = { ...herald.env, HERALD_LISTEN: new URL(running.url).host, HERALD_API_KEY: keys.bob! };
  const alert = JSON.stringify(alertsOf({ namespace: 'shop-stg' }));
  const { out: byCommand } = await runCommand(['dry-run', '-', '--source', 'herald'], env, alert);
  assert.match(byCommand, new RegExp(`reach\\.subscribed +to-bob user/bob: subscription ${id} by bob`));
  await send('Production', 'firing', 'shop-prod');
  await until('the route to be told', () => toldBy(ops).includes('Production firing'));
  assert.deepEqual(toldBy(bob), ['Heard firing']);
});

test('[BR-NOT-022] after everything was killed it is as it was', async () => {
  await running.kill9Tree();
  running = await startHerald({ env: herald.env });
  await running.ready();
  await send('Restarted');
  await until('bob to be told', () => toldBy(bob).includes('Restarted firing'));
  assert.match((await as('bob', 'subscription')).out, new RegExp(`${id} +default/user/bob `));
});

test('[BR-NOT-022] [BR-SEC-009] a grant that is taken away ends it: nothing new is told, what was told ends, and the ledger says why', async () => {
  await herald.declare('people.yaml', people('development'));
  const why = 'user/bob may hear of development, and this is for staging';
  await until('it not to hold any more', async () => (await as('bob', 'subscription')).out.includes(why));
  await send('Unheard');
  await explained('Unheard', /told that it fires/);
  const text = await explained('Unheard', /reach\.subscription-void/);
  assert.match(text, new RegExp(`^user/bob +not told: .*${why}`, 'm'));
  await send('Heard', 'resolved');
  await until('bob to hear of the end', () => toldBy(bob).includes('Heard resolved'));
  assert.ok(!toldBy(bob).some((told) => told.startsWith('Unheard')));
  assert.match((await as('root', 'audit')).out, /subscription\.make/);
});

test('[BR-NOT-022] given again it holds, until it is ended', async () => {
  await herald.declare('people.yaml', people('staging'));
  await until('it to hold', async () => !(await as('bob', 'subscription')).out.includes('does not hold'));
  await send('Again');
  await until('bob to be told', () => toldBy(bob).includes('Again firing'));
  assert.equal((await as('bob', 'subscription', 'remove', id)).code, 0);
  await send('Over');
  await until('the route to be told', () => toldBy(ops).includes('Over firing'));
  await explained('Over', /told that it fires/);
  assert.ok(!toldBy(bob).includes('Over firing'));
});

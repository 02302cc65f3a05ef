/** A person takes over a shift of a Herald that runs, by its own command: the page goes to them, also after everything was killed. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type HeraldProcess, startHerald, temporaryFolder } from '../support/herald.ts';
import { startNats } from '../support/nats.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, notificationIn, post } from './alerts.ts';
import { environments, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runCommand, runningHerald } from './running-herald.ts';
import { signedIn } from './signed-in.ts';

const PEOPLE = `---
apiVersion: herald/v1
kind: User
metadata: { name: alice }
spec: { contacts: [{ channel: channel/to-alice, address: alice@example.org }], signsInAs: [alice-laptop] }
---
apiVersion: herald/v1
kind: User
metadata: { name: bob }
spec: { contacts: [{ channel: channel/to-bob, address: bob@example.org }] }
---
apiVersion: herald/v1
kind: User
metadata: { name: eve }
spec: { contacts: [{ channel: channel/to-bob, address: eve@example.org }] }
---
apiVersion: herald/v1
kind: Schedule
metadata: { name: primary }
spec:
  timeZone: Europe/Berlin
  layers:
    - { name: first, users: [user/alice], start: '2026-01-05T09:00', rotation: { every: day } }
    - { name: second, users: [user/bob], start: '2026-01-05T09:00', rotation: { every: day } }
---
apiVersion: herald/v1
kind: Route
metadata: { name: root }
spec: { groupBy: [alertname], groupWait: 0s, groupInterval: 1s, receivers: [schedule/primary] }
`;

let herald: RunningHerald;
let running: HeraldProcess;
let alice: Receiver;
let bob: Receiver;
const { keys, as, giveKey } = signedIn(() => ({ env: herald.env, url: running.url }));

before(async () => {
  [alice, bob] = [await startReceiver(), await startReceiver()];
  const channels = [webhookChannel(alice.url, { name: 'to-alice' }), webhookChannel(bob.url, { name: 'to-bob' })];
  const config = [SOURCES, environments(), PEOPLE, ...channels].join('');
  herald = await runningHerald({ config: { 'herald.yaml': config } });
  running = herald;
  await giveKey('root', 'admin', '--tenant', '*');
  for (const name of ['alice-laptop', 'bob', 'eve']) await giveKey(name, 'responder');
});

const toldBy = ({ requests }: Receiver) =>
  requests.map(notificationIn).map(({ groupLabels }) => groupLabels.alertname ?? '');

/** Who is told of it, by which name. */
async function whoIsTold(alertname: string): Promise<string> {
  const sent = await post(`${running.url}/v1/webhooks/herald`, alertsOf({ alertname, namespace: 'shop-prod' }));
  assert.equal(sent.status, 202);
  return until('somebody to be told', () =>
    toldBy(alice).includes(alertname) ? 'alice' : toldBy(bob).includes(alertname) ? 'bob' : false,
  );
}

async function explained(alertname: string): Promise<string> {
  const { out } = await as('root', 'explain', await fingerprintOf(alertname));
  return out;
}

async function fingerprintOf(alertname: string): Promise<string> {
  const headers = { authorization: `Bearer ${keys.root}` };
  const response = await fetch(`${running.url}/v1/alerts?q=${alertname}`, { headers });
  const { alerts } = (await response.json()) as { alerts: { fingerprint: string }[] };
  return alerts[0]!.fingerprint;
}

let taken = '';

test('[BR-NOT-018] who takes over a shift is paged from then on, and everything that says who is on call says so', async () => {
  assert.equal(await whoIsTold('Before'), 'alice');
  const { code, out, err } = await as('bob', 'override', 'add', 'primary', '--user', 'bob', '--for', '8h', '--json');
  assert.equal(code, 0, err);
  taken = (JSON.parse(out) as { id: string }).id;
  assert.equal(await whoIsTold('Taken'), 'bob');
  assert.match((await as('eve', 'on-call', 'primary')).out, /^user\/bob\nbob by an override of bob from /);
  const headers = { authorization: `Bearer ${keys.eve}` };
  const calendar = await (await fetch(`${running.url}/v1/schedules/default/primary.ics`, { headers })).text();
  assert.match(calendar, /SUMMARY:bob\r\n/);
  const alert = JSON.stringify(alertsOf({ alertname: 'Tried', namespace: 'shop-prod' }));
  const env = { ...herald.env, HERALD_LISTEN: new URL(running.url).host, HERALD_API_KEY: keys.eve! };
  const tried = await runCommand(['dry-run', '-', '--source', 'herald'], env, alert);
  assert.match(tried.out, /reach\.on-call +to-bob user\/bob: schedule\/primary: bob by an override of bob/);
  const text = await until('the ledger to say so', async () => {
    const found = await explained('Taken');
    return found.includes('told that it fires') ? found : false;
  });
  assert.match(text, /reach\.on-call +schedule\/primary: bob by an override of bob/);
});

test('[BR-NOT-018] [BR-SEC-008] nobody takes a shift who takes no turns, and the audit has who did', async () => {
  const refused = await as('eve', 'override', 'add', 'primary', '--user', 'eve', '--for', '8h');
  assert.deepEqual([refused.code, refused.err.includes('user/eve takes no turns in the schedule')], [1, true]);
  const { out } = await as('root', 'audit');
  assert.match(out, /shift\.change/);
  assert.match(out, /bob/);
});

test('[BR-NOT-018] after everything was killed it is as it was, and taken back it is as declared', async () => {
  await running.kill9Tree();
  running = await startHerald({ env: herald.env });
  await running.ready();
  assert.equal(await whoIsTold('Restarted'), 'bob');
  const list = (await as('eve', 'override', 'primary')).out;
  assert.match(list, new RegExp(`${taken} +user/bob .* active +bob`));
  const foreign = await as('alice-laptop', 'override', 'remove', 'primary', taken);
  assert.match(foreign.err, /bob made it/);
  assert.equal((await as('bob', 'override', 'remove', 'primary', taken)).code, 0);
  assert.equal(await whoIsTold('Back'), 'alice');
});

interface Deployment {
  readonly workers: readonly { readonly partitions: readonly string[] }[];
}

test('[BR-NOT-018] with roles apart every worker knows what another process took in', async () => {
  const nats = await startNats({ maxFileStore: 32 * 1024 ** 3 });
  const apart = { HERALD_CONFIG: herald.config, HERALD_PARTITIONS: '4', NATS_URL: nats.url };
  const start = (role: 'ingress' | 'actors' | 'archive') =>
    startHerald({ role, env: { ...apart, HERALD_DATA: temporaryFolder() } });
  const [ingress, ...others] = await Promise.all((['ingress', 'actors', 'actors', 'archive'] as const).map(start));
  running = ingress!;
  await Promise.all([ingress!, ...others].map((each) => each.ready()));
  // Two of the six partitions are of channels: each worker decides in one at least.
  await until('both workers to have their share', async () => {
    const { deployment } = (await (await fetch(`${running.url}/v1/status`)).json()) as { deployment: Deployment };
    return deployment.workers.length === 2 && deployment.workers.every(({ partitions }) => partitions.length === 3);
  });
  assert.equal(await whoIsTold('Apart'), 'alice');
  const env = { HERALD_LISTEN: new URL(running.url).host };
  const made = await runCommand(['override', 'add', 'primary', '--user', 'bob', '--for', '8h'], env);
  assert.equal(made.code, 0, made.err);
  let tries = 0;
  await until('the page to go to bob', async () => (await whoIsTold(`Heard${tries++}`)) === 'bob');
  const names = Array.from({ length: 12 }, (_, i) => `Apart${i}`);
  assert.deepEqual(
    await Promise.all(names.map(whoIsTold)),
    names.map(() => 'bob'),
  );
});

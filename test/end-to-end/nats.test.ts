/** Alerts in and events out by NATS, through a Herald that works on a NATS of somebody else. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { ended, notificationIn, payload } from './alerts.ts';
import { environments, route, SOURCES, source, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const firing = await payload('firing-critical');
const { fingerprint } = firing.alerts[0]!;
const EVENTS = 'HERALD_EVENTS';

let nats: NatsServer;
let connection: NatsConnection;
let receiver: Receiver;
let herald: RunningHerald;

before(async () => {
  // Streams reserve what they may grow to.
  nats = await startNats({ maxFileStore: 4 * 1024 ** 3 });
  receiver = await startReceiver();
  herald = await start();
  connection = await connect({ servers: nats.url });
  atEnd(() => connection.close());
});

/** One partition of each kind, so that what comes later in it is known to come after everything before. */
function start(data = temporaryFolder()): Promise<RunningHerald> {
  return runningHerald({
    config: { 'herald.yaml': SOURCES + environments() + route() + webhookChannel(receiver.url) },
    env: {
      NATS_URL: nats.url,
      HERALD_DATA: data,
      HERALD_PARTITIONS: '1',
      HERALD_INGEST_MAX_BYTES: String(16 * 1024 * 1024),
    },
  });
}

/** The acknowledgement of JetStream means accepted. */
async function publish(subject: string, body: unknown): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { stream } = await jetstream(connection).publish(`herald.v1.in.${subject}`, text);
  assert.equal(stream, 'HERALD_IN');
}

interface Event {
  readonly specversion: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Everything that the stream keeps, with the subject that it came under and its message id. */
async function events(): Promise<{ event: Event; subject: string; messageId: string | undefined }[]> {
  const { state } = await (await jetstreamManager(connection)).streams.info(EVENTS);
  const consumer = await jetstream(connection).consumers.get(EVENTS, { deliver_policy: DeliverPolicy.All });
  const found = [];
  const messages = await consumer.fetch({ max_messages: Math.max(1, state.messages), expires: 5000 });
  for await (const message of messages) {
    found.push({
      event: message.json<Event>(),
      subject: message.subject,
      messageId: message.headers?.get('Nats-Msg-Id'),
    });
    if (found.length === state.messages) break;
  }
  return found;
}

/** Every event, once there are so many of each of these types. */
async function published(wanted: Readonly<Record<string, number>>): Promise<Awaited<ReturnType<typeof events>>> {
  return until(
    `events ${JSON.stringify(wanted)}`,
    async () => {
      const all = await events();
      const enough = ([type, count]: [string, number]) =>
        all.filter(({ event }) => event.type === type).length >= count;
      return Object.entries(wanted).every(enough) ? all : null;
    },
    { everyMs: 100 },
  );
}

interface Letter {
  readonly id: string;
  readonly reasons: readonly { readonly code: string; readonly detail: string }[];
}

async function deadLetters(count: number): Promise<Letter[]> {
  return until(`${count} dead letters`, async () => {
    const { out } = await herald.command('dead-letters', '--json');
    const letters = JSON.parse(out) as Letter[];
    return letters.length === count ? letters : null;
  });
}

function details(letters: readonly Letter[]): string {
  return letters.flatMap(({ reasons }) => reasons.map(({ code, detail }) => `${code}: ${detail}`)).join('\n');
}

test('an alert that is published is processed as one that is posted', async () => {
  await publish('default.alertmanager', firing);
  const [request] = await receiver.received(1);
  const notification = notificationIn(request);
  assert.equal(notification.status, 'firing');
  assert.deepEqual(
    notification.alerts.map((alert) => alert.fingerprint),
    [fingerprint],
  );
  await publish('default.alertmanager', ended(firing));
  const [, second] = await receiver.received(2);
  assert.equal(notificationIn(second).status, 'resolved');
});

test('[BR-INT-007] what was decided is published as CloudEvents, and can be read from the stream afterwards', async () => {
  const all = await published({ 'alert.opened': 1, 'alert.resolved': 1, 'notification.delivered': 2 });
  for (const { event, subject, messageId } of all) {
    assert.equal(event.specversion, '1.0');
    assert.equal(subject, `herald.v1.events.default.${event.type}`);
    assert.equal(messageId, event.id);
    assert.equal(event.datacontenttype, 'application/json');
    assert.ok(event.source.length > 0);
    assert.ok(Date.parse(event.time) > 0);
  }
  const opened = all.find(({ event }) => event.type === 'alert.opened');
  assert.equal(opened?.event.subject, `default/${fingerprint}`);
  const delivered = all.filter(({ event }) => event.type === 'notification.delivered');
  assert.deepEqual(
    delivered.map(({ event }) => event.subject),
    receiver.requests.map(({ headers }) => headers['webhook-id']),
  );
  assert.equal(new Set(all.map(({ event }) => event.id)).size, all.length);
});

test('[BR-ERR-009] what is published and cannot be read becomes a dead letter that says why', async () => {
  await publish('default.alertmanager', '{"alerts": [');
  await publish('default.nowhere', firing);
  await publish('other.alertmanager', firing);
  await publish('default.alertmanager', { alerts: [{ status: 'burning', labels: {} }] });
  const found = details(await deadLetters(4));
  for (const reason of [/not JSON/, /"nowhere"/, /belongs to tenant default, not to other/, /\/alerts\/0\/status/]) {
    assert.match(found, reason);
  }
  const { code, out } = await herald.command('dead-letters');
  assert.equal(code, 0);
  assert.match(out, /^ID +AT +KIND/);
  assert.match(out, /not JSON/);
});

test('[BR-ERR-007] a dead letter is put in again once its cause is mended, and only then', async () => {
  const before = await deadLetters(4);
  const [garbage, unknown] = [/not JSON/, /"nowhere"/].map((pattern) =>
    before.find((one) => pattern.test(details([one]))),
  );
  const refused = await herald.command('dead-letters', 'replay', garbage!.id);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /not put in again: 409[\s\S]*not JSON/);

  await herald.declare('nowhere.yaml', source('nowhere', 'alertmanager'));
  await until('the new source to be in force', () => herald.logged('resources.applied').length === 1);
  const replayed = await herald.command('dead-letters', 'replay', unknown!.id);
  assert.equal(replayed.code, 0, replayed.out + replayed.err);
  const [, , third] = await receiver.received(3);
  assert.equal(notificationIn(third).alerts[0]?.fingerprint, fingerprint);
  const left = await deadLetters(3);
  assert.ok(!left.some(({ id }) => id === unknown!.id));
  const again = await herald.command('dead-letters', 'replay', unknown!.id);
  assert.equal(again.code, 1);
});

test('[BR-REL-014] an archive that begins anew publishes the same events under the same ids: nobody reads one twice', async () => {
  assert.equal((await herald.stop()).code, 0);
  const before = await events();
  herald = await start();
  const other = { ...firing.alerts[0]!, labels: { alertname: 'Afterwards', namespace: 'web-prod' }, fingerprint: '' };
  await publish('default.alertmanager', { ...firing, alerts: [other] });
  const request = await until('the new alert to be told', () =>
    receiver.requests.find((one) => notificationIn(one).groupLabels.alertname === 'Afterwards'),
  );
  // The last event of each of the two partitions: everything before was published again by now, if it ever is.
  const last = ['alert.opened', 'notification.delivered'];
  const after = await until('the new alert and its notification among the events', async () => {
    const all = await events();
    const fresh = all.slice(before.length).map(({ event }) => event);
    const isThere = fresh.some(({ subject }) => subject === request.headers['webhook-id']);
    return isThere && last.every((type) => fresh.some((event) => event.type === type)) ? all : null;
  });
  assert.deepEqual(after.slice(0, before.length), before);
  const what = after.map(({ event }) => `${event.type} ${event.subject} ${event.time}`);
  assert.deepEqual(what, [...new Set(what)]);
});

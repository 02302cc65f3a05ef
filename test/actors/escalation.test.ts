/** Escalation across the death of the group's owner: nobody is told twice, and nobody is forgotten. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandEntry } from '../../alert/entry.ts';
import { turnsOf } from '../../alert/escalation-policy.ts';
import type { Policy } from '../../alert/policy.ts';
import { askPartition } from '../../bus/ask-partition.ts';
import { framePublisher } from '../../bus/ingest.ts';
import { until } from '../support/until.ts';
import {
  alertOf,
  putIn,
  readJournals,
  reported,
  settled,
  smallPolicy,
  type TestWorker,
  workersOn,
} from '../support/worker.ts';

const COUNT = { alert: 2, channel: 1 };
const AFTER = 1500;
const small = smallPolicy({ groupInterval: 200 });
const policy: Policy = {
  ...small,
  route: (tenant, labels) =>
    small.route(tenant, labels).map((match) => ({ ...match, timing: { ...match.timing, escalation: 'e' } })),
  channel: (tenant, name) => small.channel(tenant, name === 'lead' ? 'ops' : name),
  escalation: (_tenant, name) => ({
    name,
    turns: turnsOf([{ after: AFTER, channels: ['lead'], repeat: null }]),
    severities: null,
    priorities: null,
    stopOn: [],
  }),
};

const rig = workersOn(COUNT);

async function launch(id: string): Promise<TestWorker> {
  const worker = await rig.launch(id, { policy });
  await settled(worker);
  return worker;
}

const toldLead = (workers: readonly TestWorker[], name: string) =>
  workers
    .flatMap(({ sent }) => sent)
    .filter(({ notification }) => notification.channel === 'lead' && notification.groupLabels.alertname === name)
    .map(({ notification }) => `${notification.id} ${notification.status}`);

async function escalations(name: string) {
  const events = [...(await readJournals(rig.bus, COUNT)).values()]
    .flat()
    .flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
  const groups = new Set(
    events.flatMap((event) =>
      event.type === 'group.joined' && event.alert.labels.alertname === name ? [event.key] : [],
    ),
  );
  return events.filter((event) => groups.has(event.key) && event.type.startsWith('group.escal'));
}

test('[BR-AP-009] [BR-REL-012] a step is taken once although its owner dies before it, and the end is told to whom it told', async () => {
  const one = await launch('one');
  await putIn(rig.bus, COUNT, [reported(alertOf({ alertname: 'Down' }))]);
  await until('the clock to run', async () => (await escalations('Down')).length === 1);
  await one.crash();
  rig.keep();
  const two = await launch('two');
  await until('the step', () => toldLead([one, two], 'Down').length > 0);
  const [begun, ...steps] = await escalations('Down');
  const turns = steps.flatMap((event) => (event.type === 'group.escalated' ? [event] : []));
  assert.deepEqual(
    turns.map(({ step, channels }) => [step, ...channels]),
    [[1, 'lead']],
  );
  assert.ok(begun !== undefined && turns[0]!.at - begun.at >= AFTER, 'not before its time');
  const over = { ...alertOf({ alertname: 'Down' }), status: 'resolved' as const, endsAt: Date.now() };
  await putIn(rig.bus, COUNT, [reported(over, 'over')]);
  await until('the end', () => toldLead([one, two], 'Down').some((line) => line.endsWith('resolved')));
  const told = toldLead([one, two], 'Down');
  assert.deepEqual([told.length, new Set(told).size], [2, 2], told.join());
  assert.equal((await escalations('Down')).at(-1)?.type, 'group.escalation', 'and it is over');
});

test('[BR-AP-009] [BR-AP-L22] a group that somebody takes on is not escalated, also by the next owner', async () => {
  const one = await launch('three');
  const alerts = ['Taken', 'Left'].map((alertname) => alertOf({ alertname }));
  await putIn(
    rig.bus,
    COUNT,
    alerts.map((alert, i) => reported(alert, 't', i)),
  );
  await until('the clock to run', async () => (await escalations('Taken')).length === 1);
  const { tenant, fingerprint } = alerts[0]!;
  const entry: Omit<CommandEntry, 'replyTo'> = {
    kind: 'command',
    id: 'ack',
    tenant,
    fingerprint,
    action: 'acknowledge',
    by: 'ann',
    comment: '',
  };
  assert.equal((await askPartition(rig.bus, framePublisher(rig.bus), COUNT, entry, entry.id)).status, 200);
  await until('the clock to stand', async () => (await escalations('Taken')).length === 2);
  await one.crash();
  rig.keep();
  const two = await launch('four');
  await until('the other one to be escalated', () => toldLead([one, two], 'Left').length > 0);
  assert.deepEqual(toldLead([one, two], 'Taken'), []);
  const stands = (await escalations('Taken')).at(-1);
  assert.ok(stands?.type === 'group.escalation' && stands.clock === 'stands');
});

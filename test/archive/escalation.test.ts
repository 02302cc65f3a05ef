import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupEvent } from '../../alert/event.ts';
import { reason } from '../../alert/reason.ts';
import type { ArchiveDatabase } from '../../archive/database.ts';
import { Projector } from '../../archive/project.ts';
import { EventPublisher } from '../../archive/publish-events.ts';
import { QUERIES } from '../../archive/queries/registry.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from './archive-file.ts';
import {
  escalationClock as clock,
  commits,
  escalated,
  fingerprintOf,
  flushed,
  joined,
  opened,
  T0,
} from './journal-of.ts';

const next = { step: 2, repetition: 0, channels: ['boss'], at: rfc(T0 + 60_000) };
const BEGIN = [opened(1, 'r1'), joined(1), opened(2, 'r2'), joined(2), flushed('g0', T0 + 1, { told: 'n1' })];

async function archiveOf(...lists: JournalEvent[][]): Promise<ArchiveDatabase> {
  const database = await newArchive();
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(...lists) }]);
  return database;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
async function ask(database: ArchiveDatabase, name: string, params: Record<string, unknown> = {}): Promise<any> {
  return JSON.parse(JSON.stringify(await QUERIES.get(name)!(database.reader, params)));
}

function rfc(at: number): string {
  return new Date(at).toISOString();
}

test('[BR-AP-009] the view of a group says how far its escalation is, what is next and when, and why it stands', async () => {
  const escalation = async (...more: GroupEvent[]) =>
    (await ask(await archiveOf(BEGIN, [clock(T0 + 1, 'runs', 'escalation.begun'), ...more]), 'groups')).groups[0]
      ?.escalation;
  assert.deepEqual(await escalation(), {
    policy: 'night',
    clock: 'runs',
    since: rfc(T0 + 1),
    unacknowledgedSeconds: 0,
    channels: [],
    next,
    reasons: [reason('escalation.begun')],
  });
  const step = escalated(T0 + 30_000, [1]);
  const standing = await escalation(step, clock(T0 + 40_000, 'stands', 'escalation.acknowledged'));
  assert.deepEqual([standing.channels, standing.clock, standing.next.at], [['lead'], 'stands', null]);
  assert.equal(standing.unacknowledgedSeconds, 40);
  assert.equal(await escalation(step, clock(T0 + 50_000, 'over', 'escalation.ended')), null);
  assert.equal(
    await escalation(step, flushed('g0', T0 + 51_000, { told: 'n2', ended: true })),
    undefined,
    'it is gone',
  );
});

test('[BR-AP-009] [BR-AP-020] the steps of an alert say that it was escalated, to whom, and why a step was not taken', async () => {
  const database = await archiveOf(BEGIN, [
    clock(T0 + 1, 'runs', 'escalation.begun'),
    escalated(T0 + 30_000, [1]),
    clock(T0 + 40_000, 'held', 'escalation.held'),
  ]);
  const { steps } = await ask(database, 'alert', { tenant: 'acme', fingerprint: fingerprintOf(1) });
  const { reasons } = steps.find(({ step }: { step: string }) => step === 'escalate');
  assert.deepEqual(
    reasons.map(({ code, channel }: Record<string, string>) => `${code} ${channel}`),
    ['escalation.begun null', 'escalation.step lead', 'escalation.held null'],
  );
});

test('[BR-AP-009] alert.escalated is published once for each alert that nobody took on, and again under the same ids', async () => {
  const lists = [BEGIN, [clock(T0 + 1, 'runs', 'escalation.begun'), escalated(T0 + 30_000, [1, 2])]];
  const database = await archiveOf(...lists);
  const sent: { subject: string; id: string; body: string }[] = [];
  const sink = async (subject: string, id: string, body: string) => void sent.push({ subject, id, body });
  await new EventPublisher(database, sink, 1_000_000).publish([{ partition: 'a0', records: commits(...lists) }]);
  const escalations = sent.filter(({ subject }) => subject.endsWith('alert.escalated'));
  assert.deepEqual(
    escalations.map(({ id }) => id),
    ['a0.3.1.0', 'a0.3.1.1'],
  );
  const { type, subject, tenant, data } = JSON.parse(escalations[1]!.body);
  assert.deepEqual([type, subject, tenant], ['alert.escalated', `acme/${fingerprintOf(2)}`, 'acme']);
  assert.deepEqual([data.environment, data.groupId, data.labels.alertname], ['production', 'g0', 'HighLatency']);
  assert.deepEqual(data.escalation, {
    policy: 'night',
    step: 1,
    repetition: 0,
    channels: ['lead'],
    unanswered: ['ops', 'pager'],
    unacknowledgedSeconds: 30,
    next,
  });
});

test('[BR-REL-014] projected again after a crash, an escalation is the same', async () => {
  const events = [...BEGIN, clock(T0 + 1, 'runs', 'escalation.begun'), escalated(T0 + 30_000, [1])];
  const database = await archiveOf(events);
  const before = await ask(database, 'groups');
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(events) }]);
  assert.deepEqual(await ask(database, 'groups'), before);
});

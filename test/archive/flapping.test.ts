import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertEvent } from '../../alert/event.ts';
import type { Flapping } from '../../alert/flapping.ts';
import { reason } from '../../alert/reason.ts';
import type { ArchiveDatabase } from '../../archive/database.ts';
import { Projector } from '../../archive/project.ts';
import { EventPublisher } from '../../archive/publish-events.ts';
import { QUERIES } from '../../archive/queries/registry.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from './archive-file.ts';
import { commits, fingerprintOf, joined, opened, resolved, T0 } from './journal-of.ts';

const FLAPPING: Flapping = { since: T0 - 60_000, heldUntil: T0 + 600_000, openings: 4 };
const SHOWN = { since: rfc(FLAPPING.since), heldUntil: rfc(T0 + 600_000), openings: 4 };

function rfc(at: number): string {
  return new Date(at).toISOString();
}

function flaps(at = T0): AlertEvent {
  const event = opened(1, `r${at}`, at) as Extract<AlertEvent, { type: 'alert.opened' }>;
  const reasons = [
    event.reasons[0]!,
    reason('alert.flapping', 'opened 4 times within 600s'),
    ...event.reasons.slice(1),
  ];
  return { ...event, openings: [at], flapping: FLAPPING, reasons };
}

async function archiveOf(...lists: JournalEvent[][]): Promise<ArchiveDatabase> {
  const database = await newArchive();
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(...lists) }]);
  return database;
}

async function alertIn(database: ArchiveDatabase) {
  const params = { tenant: 'acme', fingerprint: fingerprintOf(1) };
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
  return JSON.parse(JSON.stringify(await QUERIES.get('alert')!(database.reader, params))) as any;
}

test('[BR-AP-L25] the view of an alert says since when it is flapping and until when it is held back, until it opens after a calm', async () => {
  const history = [flaps(), joined(1), resolved(1, 'r2', T0 + 1)];
  assert.deepEqual((await alertIn(await archiveOf(history))).flapping, SHOWN);
  const calm = await alertIn(await archiveOf(history, [opened(1, 'r3', T0 + 9_000_000)]));
  assert.equal(calm.flapping, null);
});

test('[BR-AP-L25] [BR-AP-020] the steps of an alert say why it counts as flapping', async () => {
  const { steps } = await alertIn(await archiveOf([flaps(), joined(1)]));
  const { reasons } = steps.find(({ step }: { step: string }) => step === 'lifecycle');
  const why = reasons.find(({ code }: { code: string }) => code === 'alert.flapping');
  assert.equal(why.detail, 'opened 4 times within 600s');
});

test('[BR-AP-L25] alert.opened says in public that it is flapping', async () => {
  const lists = [[flaps(), opened(2, 'r2')]];
  const bodies: { data: { flapping?: unknown } }[] = [];
  const sink = async (_subject: string, _id: string, body: string) => void bodies.push(JSON.parse(body));
  await new EventPublisher(await archiveOf(...lists), sink, 1_000_000).publish([
    { partition: 'a0', records: commits(...lists) },
  ]);
  assert.deepEqual(
    bodies.map(({ data }) => data.flapping),
    [SHOWN, undefined],
  );
});

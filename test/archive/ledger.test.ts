/** The ledger over random lives, by the real decisions and the real projection: every receiver has an answer, and a true one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Notification } from '../../alert/notification.ts';
import type { ArchiveDatabase } from '../../archive/database.ts';
import { Projector } from '../../archive/project.ts';
import type { Receiver } from '../../archive/queries/receivers.ts';
import { QUERIES } from '../../archive/queries/registry.ts';
import { VERDICTS } from '../../archive/queries/verdict.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from './archive-file.ts';
import { anyLife, fingerprint, JournaledWorld, NAMES } from './journaled-world.ts';

interface Answer {
  readonly openedAt: string;
  readonly status: string;
  readonly receivers: readonly Receiver[];
  readonly steps: readonly { readonly step: string; readonly reasons: readonly { readonly policy: string | null }[] }[];
  readonly ledger: readonly {
    readonly channel: string;
    readonly deliveries: readonly { readonly notificationId: string }[];
  }[];
}

/** null: the archive does not know it. */
async function answerOf(database: ArchiveDatabase, name: string): Promise<Answer | null> {
  const asked = { tenant: 't', fingerprint: fingerprint(name) };
  try {
    return (await QUERIES.get('alert')!(database.reader, asked)) as Answer;
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'query.not-found');
    return null;
  }
}

const tells = (name: string) => (notification: Notification) =>
  notification.alerts.some((alert) => alert.fingerprint === fingerprint(name));
const place = ({ groupId, channel }: Notification) => `${groupId} ${channel}`;

test('[BR-AP-020] every alert and receiver of its routes has an answer in the ledger, and who was told by it was told', async () => {
  const seen = new Map<string, number>();
  // No channel of this world has another to go on to.
  const missing = () =>
    VERDICTS.filter((verdict) => !seen.has(verdict) && verdict !== 'uncertain' && verdict !== 'diverted');
  const live = fc.asyncProperty(anyLife, async (life) => {
    const world = new JournaledWorld().live(life);
    const database = await newArchive();
    await new Projector(database, silentLog).project([{ partition: 'a0', records: world.journal }]);
    for (const name of NAMES) {
      const routing = world.routed.get(name);
      const answer = await answerOf(database, name);
      assert.equal(answer === null, routing === undefined, `${name} is known to the archive, or never came`);
      if (answer === null || routing === undefined) continue;
      for (const { verdict } of answer.receivers) seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
      everyReceiverHasOne(answer, routing.groups);
      whoWasToldWasTold(answer, world, name);
      whatIsHeldSaysSo(answer, world, name);
    }
  });
  // Some answers are rare: 80 lives may have none of one.
  for (let round = 0; round < 10 && (round === 0 || missing().length > 0); round++)
    await fc.assert(live, { numRuns: 80 });
  assert.deepEqual(missing(), [], `of ${JSON.stringify([...seen])}`);
});

type Groups = readonly { readonly id: string; readonly timing: { readonly channels: readonly string[] } }[];

function everyReceiverHasOne({ receivers, status }: Answer, groups: Groups): void {
  const places = receivers.map(({ group, channel }) => `${group} ${channel}`);
  assert.equal(new Set(places).size, places.length, 'one answer each');
  for (const { id, timing } of groups) {
    for (const channel of timing.channels) assert.ok(places.includes(`${id} ${channel}`), `${id} ${channel}`);
  }
  assert.ok(receivers.length > 0);
  for (const { verdict, answer, channel, at, reasons } of receivers) {
    assert.ok(VERDICTS.includes(verdict) && answer !== '', verdict);
    assert.equal(channel === null, verdict === 'dropped' || verdict === 'no-route', answer);
    assert.equal(verdict === 'dropped', status === 'suppressed', answer);
    if (verdict !== 'waiting' && at !== null) assert.ok(reasons.length > 0, answer);
  }
}

function whatIsHeldSaysSo({ receivers }: Answer, { held }: JournaledWorld, name: string): void {
  for (const { group, verdict, answer, told } of receivers) {
    const isHeld = held.has(`${group} ${fingerprint(name)}`);
    if (verdict === 'held') assert.ok(isHeld && !told && answer.includes('held back since'), answer);
    if (isHeld && verdict === 'told') assert.match(answer, /; held back since /);
    if (isHeld) assert.ok(!['not-told', 'waiting', 'counted'].includes(verdict), answer);
  }
}

/** Of the present episode; what was told of one before stands further down in the ledger. */
function whoWasToldWasTold({ receivers, ledger }: Answer, world: JournaledWorld, name: string): void {
  const openedAt = world.openedAt.get(name) ?? Number.POSITIVE_INFINITY;
  const groups = new Set(receivers.map(({ group }) => group));
  // A group that it left with an earlier episode may tell of that one's end only now.
  const isOf = ({ createdAt, groupId }: Notification) => createdAt >= openedAt && groups.has(groupId);
  const accepted = world.accepted.filter(tells(name)).filter(isOf);
  const told = receivers.filter((receiver) => receiver.told).map(({ group, channel }) => `${group} ${channel}`);
  assert.deepEqual(told.sort(), [...new Set(accepted.map(place))].sort(), name);
  for (const { verdict, channel, group, answer, notificationId } of receivers) {
    if (verdict !== 'told') continue;
    const last = accepted.findLast((notification) => place(notification) === `${group} ${channel}`);
    assert.equal(notificationId, last?.id);
    const said = last?.alerts.find((alert) => alert.fingerprint === fingerprint(name))?.status;
    assert.match(answer, said === 'resolved' ? /^told that it ended at / : /^told that it fires at /);
  }
  if (receivers.some(({ verdict }) => verdict === 'dropped')) return;
  const made = world.made.filter(tells(name)).filter(({ groupId }) => groups.has(groupId));
  const listed = ledger.flatMap(({ deliveries }) => deliveries.map(({ notificationId }) => notificationId));
  const few = made.length <= 50;
  if (few) assert.deepEqual(listed.sort(), made.map(({ id }) => id).sort(), `notifications about ${name}`);
}

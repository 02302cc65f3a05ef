/** Alerts that wait for a person, through the death of whoever decides about them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertAction, CommandEntry } from '../../alert/entry.ts';
import type { Policy } from '../../alert/policy.ts';
import { askPartition } from '../../bus/ask-partition.ts';
import { framePublisher } from '../../bus/ingest.ts';
import { aProfile } from '../support/namespace-profile.ts';
import { until } from '../support/until.ts';
import { alertOf, putIn, readJournals, reported, settled, smallPolicy, workersOn } from '../support/worker.ts';

const COUNT = { alert: 1, channel: 1 };
const rig = workersOn(COUNT);

/** Alerts named Quick wait for next to no time. */
const policyWith = (otherwise: 'approve' | 'reject'): Policy => ({
  ...smallPolicy(),
  profile: (tenant, namespace) => aProfile({ tenant, namespace, environment: 'testing' }),
  filter({ alert: { labels } }) {
    const deadline = labels.alertname?.startsWith('Quick') ? 30 : 3_600_000;
    const approval = {
      rule: 'rule ask of Filter default/f',
      deadline,
      default: otherwise,
      approvers: [],
      receivers: [],
    };
    return { dropped: null, labels, priority: null, reasons: [], approval };
  },
});

async function journaled(type: string, alertname: string) {
  const key = `default/${alertOf({ alertname }).fingerprint}`;
  const records = (await readJournals(rig.bus, COUNT)).get('a0') ?? [];
  const events = records.flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
  return events.filter((event) => event.type === type && event.key === key);
}

async function command(alertname: string, action: AlertAction) {
  const { tenant, fingerprint } = alertOf({ alertname });
  const entry: Omit<CommandEntry, 'replyTo'> = {
    kind: 'command',
    id: `${action}-${alertname}`,
    tenant,
    fingerprint,
    action,
    by: 'ann',
    comment: 'seen',
  };
  return askPartition(rig.bus, framePublisher(rig.bus), COUNT, entry, entry.id);
}

test('[BR-AP-019] [BR-REL-004] what waits still waits after a takeover; approved it is told, rejected it is not', async () => {
  const policy = policyWith('reject');
  const first = await rig.launch('first', { policy, snapshotCommits: 1 });
  await settled(first);
  const waiting = ['Yes', 'No'].map((alertname, i) => reported(alertOf({ alertname }), 'w', i));
  await putIn(rig.bus, COUNT, waiting);
  await until('both to be held', async () => {
    const groups = (await readJournals(rig.bus, COUNT)).get('a0') ?? [];
    const flushes = groups.flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
    return (
      flushes.filter((event) => event.type === 'group.flushed' && event.decisions[0]?.heldCount === 1).length === 2
    );
  });
  await first.crash();
  rig.keep();
  const second = await rig.launch('second', { policy });
  await settled(second);
  const { committed, ...answer } = await command('Yes', 'approve');
  assert.deepEqual(answer, { ok: true, status: 200, reasons: [{ code: 'alert.approved', detail: 'by ann' }] });
  const journal = (await readJournals(rig.bus, COUNT)).get(committed!.partition) ?? [];
  const decided = journal.find((record) => record.kind === 'commit' && record.seq === committed!.seq);
  assert.deepEqual(decided?.kind === 'commit' && decided.commit.events.map(({ type }) => type), ['alert.approved']);
  assert.equal((await command('No', 'reject')).status, 200);
  await until('the approved one to be told', () => second.sent.length === 1);
  await putIn(
    rig.bus,
    COUNT,
    ['Yes', 'No'].map((alertname, i) =>
      reported(alertOf({ alertname }, { status: 'resolved', endsAt: Date.now() }), 'e', i),
    ),
  );
  await until('its end', () => second.sent.length === 2);
  const told = second.sent.map(({ notification: { groupLabels, status } }) => `${groupLabels.alertname} ${status}`);
  assert.deepEqual(told, ['Yes firing', 'Yes resolved']);
  assert.deepEqual(first.sent, []);
  const [approved] = await journaled('alert.approved', 'Yes');
  assert.ok(approved?.type === 'alert.approved' && approved.by === 'ann' && approved.comment === 'seen');
});

test('[BR-ERR-010] [BR-REL-004] a deadline that passes while nobody owns the partition is kept by the next owner', async () => {
  const first = await rig.launch('third', { policy: policyWith('approve') });
  await settled(first);
  await putIn(rig.bus, COUNT, [reported(alertOf({ alertname: 'QuickYes' }))]);
  await until('it to be opened', async () => (await journaled('alert.opened', 'QuickYes')).length === 1);
  await first.crash();
  rig.keep();
  const second = await rig.launch('fourth', { policy: policyWith('approve') });
  await settled(second);
  await until('it to be told', async () =>
    [...first.sent, ...second.sent].some(({ notification }) => notification.groupLabels.alertname === 'QuickYes'),
  );
  const [approved] = await journaled('alert.approved', 'QuickYes');
  assert.ok(approved?.type === 'alert.approved' && approved.by === null);
  assert.equal(approved.reasons[0]?.code, 'approval.default-approved');
});

/** Where people put a namespace, in every partition and through the death of its owner. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PromotionEntry } from '../../alert/entry.ts';
import type { Policy } from '../../alert/policy.ts';
import { askPartition } from '../../bus/ask-partition.ts';
import { framePublisher } from '../../bus/ingest.ts';
import { aProfile } from '../support/namespace-profile.ts';
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
const rig = workersOn(COUNT);

const policy: Policy = {
  ...smallPolicy(),
  profile: (tenant, namespace, _labels, placed) =>
    aProfile({ tenant, namespace, environment: placed?.environment ?? 'staging' }),
};

async function launch(id: string, options: { snapshotCommits?: number } = {}): Promise<TestWorker> {
  const worker = await rig.launch(id, { policy, ...options });
  await settled(worker);
  return worker;
}

async function successorOf(worker: TestWorker, id: string): Promise<TestWorker> {
  await worker.crash();
  rig.keep();
  return launch(id);
}

let commands = 0;

function command(by: string, change: Partial<PromotionEntry>) {
  const about = { kind: 'promotion', tenant: 'default', namespace: 'shop', promotion: 'p1' } as const;
  const id = `${by}-${commands++}`;
  const entry = { ...about, id, by, comment: '', action: 'request' as const, ...change };
  return askPartition(rig.bus, framePublisher(rig.bus), COUNT, entry, id);
}

async function events() {
  const records = [...(await readJournals(rig.bus, COUNT)).values()].flat();
  return records.flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
}

/** Of several alerts, so that both partitions have some. */
async function environments(prefix: string): Promise<string[]> {
  const alerts = Array.from({ length: 8 }, (_, i) => alertOf({ alertname: `${prefix}${i}`, namespace: 'shop' }));
  await putIn(
    rig.bus,
    COUNT,
    alerts.map((alert, i) => reported(alert, prefix, i)),
  );
  const keys = new Set(alerts.map(({ tenant, fingerprint }) => `${tenant}/${fingerprint}`));
  const opened = await until('all to be opened', async () => {
    const found = (await events()).filter((event) => event.type === 'alert.opened' && keys.has(event.key));
    return found.length === alerts.length ? found : null;
  });
  return [...new Set(opened.flatMap((event) => (event.type === 'alert.opened' ? [event.routing.environment] : [])))];
}

test('[BR-AP-028] [BR-REL-004] a request survives its owner; approved, it holds in every partition, and after a takeover', async () => {
  const first = await launch('first', { snapshotCommits: 1 });
  assert.equal((await command('ann', { to: 'production' })).status, 200);
  assert.deepEqual(await environments('Before'), ['staging']);
  const second = await successorOf(first, 'second');
  assert.equal((await command('ann', { action: 'approve' })).status, 403, 'it knows who asked');
  const approved = await command('bob', { action: 'approve' });
  assert.deepEqual([approved.status, approved.reasons[0]?.code], [200, 'promotion.done']);
  await until('the other partition to hear of it', async () =>
    (await events()).some(({ type }) => type === 'promotion.placed'),
  );
  assert.deepEqual(await environments('After'), ['production']);
  await successorOf(second, 'third');
  assert.deepEqual(await environments('Later'), ['production']);
  assert.equal((await command('ann', { to: 'production', promotion: 'p2' })).status, 409, 'it is there');
});

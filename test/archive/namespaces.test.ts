/** The table of namespaces, and the events of their lives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Environment } from '../../alert/alert.ts';
import type { AlertEvent } from '../../alert/event.ts';
import { reason } from '../../alert/reason.ts';
import type { ArchiveDatabase } from '../../archive/database.ts';
import { noteDormant } from '../../archive/dormancy.ts';
import { Projector } from '../../archive/project.ts';
import { namespaceQuery, namespacesQuery } from '../../archive/queries/namespaces.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from './archive-file.ts';
import { commits, opened, repeated, routingOf, T0 } from './journal-of.ts';

const DAY = 86_400_000;

interface Change {
  readonly environment?: Environment;
  readonly namespace?: string;
  readonly policy?: string;
}

function openedIn(n: number, at: number, change: Change = {}): AlertEvent {
  const { environment = 'production', namespace = 'shop-prod', policy = 'p1' } = change;
  const routing = { ...routingOf('g0'), environment, namespace, policy };
  const reasons = [reason('alert.opened'), reason('environment.pattern', `${namespace} by ${policy}`)];
  return { ...opened(n, `r${n}-${at}`, at), routing, reasons } as AlertEvent;
}

/** A report that was routed anew, for the policy had changed. */
function routedAgain(n: number, at: number, change: Change): AlertEvent {
  const { routing, reasons } = openedIn(n, at, change) as Extract<AlertEvent, { type: 'alert.opened' }>;
  return { ...repeated(n, `again-${at}`, 2, at), routing, reasons } as AlertEvent;
}

async function archiveOf(...lists: AlertEvent[][]): Promise<ArchiveDatabase> {
  const database = await newArchive();
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(...lists) }]);
  return database;
}

interface Line {
  readonly at: string;
  readonly type: string;
  readonly environment: string;
  readonly before: string | null;
  readonly policy: string;
  readonly detail: string;
}

interface Namespace {
  readonly namespace: string;
  readonly state: string;
  readonly environment: string;
  readonly policy: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly dormantSince: string | null;
  readonly alerts: number;
  readonly history: readonly Line[];
}

const one = async (database: ArchiveDatabase, namespace = 'shop-prod') =>
  (await namespaceQuery(database.reader, { tenant: 'acme', namespace })) as Namespace;

/** Oldest first. */
const lives = ({ history }: Namespace) => history.map(({ type, at }) => `${type} ${at.slice(0, 10)}`).reverse();

test('[BR-AP-029] [BR-QUAL-018] a namespace is known from its first alert on, with what was decided and why', async () => {
  const database = await archiveOf([openedIn(1, T0), openedIn(2, T0 + 5)], [repeated(1, 'r3', 2, T0 + 9)]);
  const known = await one(database);
  assert.deepEqual([known.state, known.environment, known.policy, known.alerts], ['active', 'production', 'p1', 2]);
  assert.equal(known.firstSeen, new Date(T0).toISOString());
  assert.equal(known.lastSeen, new Date(T0 + 9).toISOString(), 'a repeat is a sighting too');
  assert.deepEqual(known.history, [
    {
      at: new Date(T0).toISOString(),
      type: 'first-seen',
      environment: 'production',
      before: null,
      policy: 'p1',
      detail: 'shop-prod by p1',
    },
  ]);
  await assert.rejects(one(database, 'nowhere'), { code: 'query.not-found' });
});

test('[BR-AP-029] [BR-QUAL-018] a changed policy that moves a namespace is an event of its life; one that does not is none', async () => {
  const database = await archiveOf(
    [openedIn(1, T0)],
    [routedAgain(1, T0 + DAY, { policy: 'p2' })],
    [routedAgain(1, T0 + 2 * DAY, { policy: 'p3', environment: 'staging' })],
  );
  const known = await one(database);
  assert.deepEqual(lives(known), ['first-seen 2026-11-23', 'reclassified 2026-11-25']);
  const [{ before, environment, policy, detail } = assert.fail()] = known.history;
  assert.deepEqual([before, environment, policy, detail], ['production', 'staging', 'p3', 'shop-prod by p3']);
  assert.equal(known.environment, 'staging');
});

test('what another partition decided earlier counts, and changes nothing of what is known', async () => {
  const database = await newArchive();
  const projector = new Projector(database, silentLog);
  await projector.project([
    { partition: 'a0', records: commits([openedIn(1, T0 + 100, { policy: 'p2', environment: 'staging' })]) },
  ]);
  await projector.project([{ partition: 'a1', records: commits([openedIn(2, T0)]) }]);
  const known = await one(database);
  assert.deepEqual([known.environment, known.policy, known.alerts], ['staging', 'p2', 2]);
  assert.deepEqual([known.firstSeen, known.lastSeen], [new Date(T0).toISOString(), new Date(T0 + 100).toISOString()]);
});

test('[BR-AP-029] [BR-QUAL-018] after 30 days of silence a namespace is dormant, and its return is noted, whoever notices first', async () => {
  const noticed = await archiveOf([openedIn(1, T0)]);
  assert.equal(await noteDormant(noticed, T0 + 30 * DAY), 0, 'not a moment before');
  assert.equal(await noteDormant(noticed, T0 + 31 * DAY), 1);
  assert.equal(await noteDormant(noticed, T0 + 32 * DAY), 0, 'once');
  const asleep = await one(noticed);
  assert.deepEqual([asleep.state, asleep.dormantSince], ['dormant', new Date(T0 + 30 * DAY).toISOString()]);
  const projector = new Projector(noticed, silentLog);
  await projector.project([{ partition: 'a1', records: commits([openedIn(2, T0 + 40 * DAY)]) }]);
  const never = await archiveOf([openedIn(1, T0)], [openedIn(2, T0 + 40 * DAY)]);
  for (const database of [noticed, never]) {
    const known = await one(database);
    assert.deepEqual(lives(known), ['first-seen 2026-11-23', 'dormant 2026-12-23', 'returned 2027-01-02']);
    assert.deepEqual([known.state, known.dormantSince, known.alerts], ['active', null, 2]);
  }
});

test('namespaces are found by tenant, environment, state and name, the newest first, page by page', async () => {
  const names = ['shop-prod', 'shop-stg', 'pay_prod', 'payXprod'];
  const database = await archiveOf(
    names.map((namespace, n) =>
      openedIn(n, T0 + n * 20 * DAY, { namespace, environment: namespace === 'shop-stg' ? 'staging' : 'production' }),
    ),
  );
  await noteDormant(database, T0 + 61 * DAY);
  const find = async (params: Record<string, unknown>) => {
    const { namespaces } = (await namespacesQuery(database.reader, params)) as { namespaces: Namespace[] };
    return namespaces.map(({ namespace }) => namespace);
  };
  assert.deepEqual(await find({}), [...names].reverse());
  assert.deepEqual(await find({ environment: 'staging' }), ['shop-stg']);
  assert.deepEqual(await find({ state: 'dormant' }), ['shop-stg', 'shop-prod']);
  assert.deepEqual(await find({ state: 'active' }), ['payXprod', 'pay_prod']);
  assert.deepEqual(await find({ q: 'Y_P' }), ['pay_prod'], '_ is itself');
  assert.deepEqual(await find({ tenant: 'other' }), []);
  const first = (await namespacesQuery(database.reader, { limit: 3 })) as { next: string };
  assert.deepEqual(await find({ cursor: first.next }), ['shop-prod']);
});

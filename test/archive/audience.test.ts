import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audienceLine, memberId } from '../../alert/audience.ts';
import { reason } from '../../alert/reason.ts';
import { Projector } from '../../archive/project.ts';
import { QUERIES } from '../../archive/queries/registry.ts';
import type { DeliveryEvent } from '../../channels/delivery-event.ts';
import { silentLog } from '../../telemetry/log.ts';
import { aNotification } from '../support/notification.ts';
import { newArchive } from './archive-file.ts';
import { commits, T0 } from './journal-of.ts';

const whole = aNotification({ id: 'n-1', recipient: audienceLine('customers') });
const of = (notificationId: string, at: number, code: Parameters<typeof reason>[0], detail = '') => ({
  key: 'default/ops',
  at,
  notificationId,
  reasons: [reason(code, detail)],
});
const member = (address: string) => memberId('n-1', address);
const expanded = (at: number, addresses: readonly string[], told: number, last: boolean): DeliveryEvent => ({
  type: 'delivery.expanded',
  ...of('n-1', at, 'delivery.expanded'),
  members: addresses.map((address) => ({ address })),
  through: told,
  last,
  told,
});
const delivered = (address: string, at: number): DeliveryEvent[] => [
  { type: 'delivery.attempting', ...of(member(address), at, 'delivery.attempting'), attempt: 1 },
  { type: 'delivery.delivered', ...of(member(address), at, 'delivery.delivered'), attempt: 1, took: 5 },
];
const refused = (address: string, at: number): DeliveryEvent => ({
  type: 'delivery.dead',
  ...of(member(address), at, 'delivery.rejected', '550 no such user'),
  attempt: 1,
  deadLetterId: `${member(address)}-d1`,
  notification: { ...whole, id: member(address), recipient: { name: `audience/customers/${address}`, address } },
});

test('[BR-SCALE-008] an audience stands in the archive in sums, and each of it can be looked up', async () => {
  const database = await newArchive();
  const projector = new Projector(database, silentLog);
  const ask = (name: string, params: object) => QUERIES.get(name)!(database.reader, params as Record<string, unknown>);
  const first = commits(
    [{ type: 'delivery.queued', ...of('n-1', T0, 'delivery.queued'), notification: whole }],
    [expanded(T0 + 1, ['a@x.org', 'b@x.org'], 2, false)],
    [...delivered('a@x.org', T0 + 2), refused('b@x.org', T0 + 3)],
    [expanded(T0 + 4, ['c@x.org'], 3, true)],
    delivered('c@x.org', T0 + 5),
  );
  await projector.project([{ partition: 'a0', records: first.slice(0, 3) }]);
  const midway = (await ask('delivery', { id: 'n-1' })) as Record<string, unknown>;
  assert.deepEqual([midway.state, midway.audience], ['expanding', { told: 2, delivered: 1, dead: 1 }]);
  await projector.project([{ partition: 'a0', records: first }]);
  const all = (await ask('delivery', { id: 'n-1' })) as Record<string, unknown>;
  assert.deepEqual([all.state, all.audience], ['expanded', { told: 3, delivered: 2, dead: 1 }]);
  const one = (await ask('delivery', { id: member('B@X.org') })) as Record<string, unknown>;
  assert.deepEqual(
    [one.state, one.recipient, one.groupId, one.reasons],
    ['dead', 'audience/customers/b@x.org', whole.groupId, [{ code: 'delivery.rejected', detail: '550 no such user' }]],
  );
  const dead = (await ask('audience-members', { id: 'n-1', state: 'dead' })) as { members: { recipient: string }[] };
  assert.deepEqual(
    dead.members.map(({ recipient }) => recipient),
    ['audience/customers/b@x.org'],
  );
  const page = (await ask('audience-members', { id: 'n-1', limit: 2 })) as { members: unknown[]; next: string };
  const rest = (await ask('audience-members', { id: 'n-1', limit: 2, cursor: page.next })) as typeof page;
  assert.deepEqual([page.members.length, rest.members.length, rest.next], [2, 1, null]);
  const letters = (await ask('dead-letters', {})) as { deadLetters: unknown[] };
  assert.equal(letters.deadLetters.length, 1, 'and can be replayed');
  await database.close();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reason } from '../../alert/reason.ts';
import { type CallbackPorts, callbackRoute } from '../../api/callbacks.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { delivery, T0 } from '../archive/journal-of.ts';
import { ServedApi } from './served-api.ts';

const OPENED = {
  type: 'channel.breaker-opened',
  key: 'acme/ops',
  at: T0,
  until: T0 + 10_000,
  failures: 20,
  reasons: [reason('breaker.open', '20 failures in a row, the last: 503')],
} as JournalEvent;
const PROBED = {
  type: 'channel.probed',
  key: 'acme/ops',
  at: T0 + 1,
  health: 'failed',
  reasons: [reason('probe.failed', 'connection refused')],
} as JournalEvent;

test('[BR-NOT-024] GET /v1/channels tells of each how its breaker stands and what its provider says', async () => {
  const api = await new ServedApi().start([OPENED, PROBED]);
  const { status, body } = await api.get('/v1/channels?tenant=acme');
  assert.equal(status, 200);
  assert.equal(body.channels.length, 1);
  const [ops] = body.channels;
  assert.deepEqual([ops.name, ops.type, ops.fallback, ops.members], ['ops', 'webhook', 'sms', []]);
  assert.deepEqual([ops.breaker.state, ops.breaker.reasons[0].code], ['open', 'breaker.open']);
  assert.equal(ops.breaker.until, new Date(T0 + 10_000).toISOString());
  assert.deepEqual([ops.health.state, ops.health.detail], ['failed', 'connection refused']);
  const all = await api.get('/v1/channels');
  assert.deepEqual([all.body.channels[1].breaker.state, all.body.channels[1].health], ['closed', null]);
});

test('[BR-NOT-024] a breaker that closed again is closed', async () => {
  const closed = { ...OPENED, type: 'channel.breaker-closed', at: T0 + 5, reasons: [reason('breaker.closed')] };
  const api = await new ServedApi().start([OPENED], [closed as JournalEvent]);
  const { body } = await api.get('/v1/channels?tenant=acme');
  assert.deepEqual([body.channels[0].breaker.state, body.channels[0].breaker.until], ['closed', null]);
});

const failed = (id: string, channel: string, type: string, host: string, priority = 'P3', at = T0) => {
  const queued = delivery('queued', id, [1]) as JournalEvent & { type: 'delivery.queued' };
  const key = `acme/${channel}`;
  const failure = { type, host, channelType: 'webhook' };
  const retry = { ...delivery('retry', id, [1], at), key, failure } as JournalEvent;
  return [{ ...queued, key, notification: { ...queued.notification, channel, priority } } as JournalEvent, retry];
};

test('[BR-ERR-001] [BR-ERR-003] GET /v1/channels tells of one that fails what it meets, how bad that is, who waits and who takes over', async () => {
  const api = await new ServedApi().start([...failed('n1', 'ops', 'dns', 'h.example', 'P1'), OPENED]);
  const { body } = await api.get('/v1/channels?tenant=acme');
  const [ops] = body.channels;
  assert.deepEqual(ops.failure, {
    ...{ type: 'dns', severity: 'critical', host: 'h.example', detail: '503' },
    ...{ since: new Date(T0).toISOString(), waiting: 1, urgent: 1, takenOverBy: null },
  });
  assert.deepEqual(body.causes, [], 'one alone has its own');
});

test('[BR-ERR-001] a channel fails since its first failure, with what it met last, until something is delivered', async () => {
  const later = failed('n2', 'ops', 'credentials', 'h.example', 'P3', T0 + 5)[1]!;
  const api = await new ServedApi().start(failed('n1', 'ops', 'dns', 'h.example'), [later]);
  const [ops] = (await api.get('/v1/channels?tenant=acme')).body.channels;
  assert.deepEqual([ops.failure.type, ops.failure.severity], ['credentials', 'error']);
  assert.equal(ops.failure.since, new Date(T0).toISOString());
  const well = await new ServedApi().start(failed('n1', 'ops', 'dns', 'h.example'), [delivery('delivered', 'n1', [1])]);
  assert.equal((await well.get('/v1/channels?tenant=acme')).body.channels[0].failure, null);
  const old = await new ServedApi().start([delivery('queued', 'n1', [1]), delivery('retry', 'n1', [1])]);
  assert.equal((await old.get('/v1/channels?tenant=acme')).body.channels[0].failure, null, 'a journal of before');
});

test('[BR-ERR-005] GET /v1/channels says once what several channels of a tenant fail for', async () => {
  const of = { tenant: 'acme', type: 'webhook', fallback: null, members: [] };
  const api = await new ServedApi().start(
    failed('n1', 'ops', 'dns', 'h.example'),
    failed('n2', 'hook', 'dns', 'h.example'),
  );
  api.channels.push({ ...of, name: 'hook' });
  const { body } = await api.get('/v1/channels?tenant=acme');
  const since = new Date(T0).toISOString();
  assert.deepEqual(body.causes, [
    {
      ...{ tenant: 'acme', kind: 'host', type: 'dns', of: 'h.example', since, channels: ['hook', 'ops'] },
      summary: `2 channels cannot resolve h.example since ${since.slice(0, 16).replace('T', ' ')} UTC: hook, ops`,
    },
  ]);
  assert.deepEqual((await api.get('/v1/channels?tenant=other')).body.causes, []);
});

test('[BR-NOT-023] [BR-TEST-002] a channel is tried out by a notification that goes the way of all', async () => {
  const api = await new ServedApi().start([]);
  api.reply = async () => ({ ok: true, status: 200, reasons: [reason('delivery.test', 'by ada')] });
  const { status, body } = await api.post('/v1/channels/acme/ops/test', { by: 'ada', address: 'ada@example.org' });
  assert.equal(status, 200);
  const [entry] = api.submissions;
  assert.deepEqual([entry?.because, entry?.by, entry?.notification.channel], ['test', 'ada', 'ops']);
  assert.equal(entry?.notification.recipient?.address, 'ada@example.org');
  assert.equal(body.notificationId, entry?.notification.id);
  assert.equal((await api.post('/v1/channels/acme/nothing/test')).status, 404);
  assert.equal((await api.post('/v1/channels/acme/ops/test', { address: 5 })).status, 422);
  assert.equal(api.submissions.length, 1);
});

test('[BR-NOT-023] what a test opens is ended a minute later, also behind a spread; of a message nothing is left to end', async () => {
  const api = await new ServedApi().start([]);
  api.reply = async () => ({ ok: true, status: 200, reasons: [reason('delivery.test', 'by ada')] });
  const of = { tenant: 'acme', fallback: null, members: [] };
  api.channels.push(
    { ...of, name: 'pager', type: 'pagerduty' },
    { ...of, name: 'mail', type: 'email' },
    { ...of, name: 'any', type: 'spread', members: ['mail', 'pager'] },
    { ...of, name: 'mails', type: 'spread', members: ['mail'] },
  );
  for (const [name, count] of Object.entries({ pager: 2, mail: 1, any: 2, mails: 1 })) {
    api.submissions.length = 0;
    assert.equal((await api.post(`/v1/channels/acme/${name}/test`, { by: 'ada' })).status, 200);
    assert.equal(api.submissions.length, count, name);
    if (count === 1) continue;
    const [begun, ended] = api.submissions.map(({ notification }) => notification);
    assert.deepEqual([begun?.status, ended?.status, ended?.id], ['firing', 'resolved', `${begun?.id}-end`]);
    assert.deepEqual([ended?.groupId, ended?.alerts[0]?.status], [begun?.groupId, 'resolved']);
    assert.equal(ended?.notBefore, begun!.createdAt + 60_000);
  }
  api.submissions.length = 0;
  api.reply = async () => ({ ok: false, status: 409, reasons: [reason('channel.unknown', 'no channel')] });
  assert.equal((await api.post('/v1/channels/acme/pager/test', { by: 'ada' })).status, 409);
  assert.equal(api.submissions.length, 1, 'what did not begin is not ended');
});

test('[BR-NOT-013] one delivery can be asked for with its history and its receipt', async () => {
  const read = {
    ...delivery('delivered', 'n1', [1]),
    type: 'delivery.receipt',
    step: 'read',
    reasons: [reason('receipt.read', 'seen')],
  };
  const api = await new ServedApi().start(
    [delivery('queued', 'n1', [1])],
    [delivery('attempting', 'n1', [1]), delivery('delivered', 'n1', [1]), read as JournalEvent],
  );
  const { status, body } = await api.get('/v1/deliveries/n1');
  assert.equal(status, 200);
  assert.deepEqual([body.state, body.receipt.state, body.receipt.detail], ['delivered', 'read', 'seen']);
  assert.equal(body.reasons[0].code, 'delivery.delivered', 'a receipt says something besides');
  assert.deepEqual(
    body.history.map((line: { type: string }) => line.type),
    ['delivery.queued', 'delivery.attempting', 'delivery.delivered', 'delivery.receipt'],
  );
  assert.equal((await api.get('/v1/deliveries/none')).status, 404);
});

test('[BR-ERR-015] what was delivered is sent once more under a new id; what was not is refused', async () => {
  const api = await new ServedApi().start(
    [delivery('queued', 'n1', [1]), delivery('queued', 'n2', [1])],
    [delivery('attempting', 'n1', [1]), delivery('delivered', 'n1', [1])],
  );
  api.reply = async () => ({ ok: true, status: 200, reasons: [reason('delivery.resent', 'by ada')] });
  const { status, body } = await api.post('/v1/deliveries/n1/resend', { by: 'ada' });
  assert.equal(status, 200);
  const [entry] = api.submissions;
  assert.match(entry!.notification.id, /^n1-r/);
  assert.deepEqual([body.notificationId, entry?.because], [entry?.notification.id, 'resent']);
  assert.equal(entry?.notification.alerts.length, 1, 'whole');
  const refused = await api.post('/v1/deliveries/n2/resend');
  assert.deepEqual([refused.status, refused.body.title], [409, 'it was not delivered']);
  assert.equal((await api.post('/v1/deliveries/none/resend')).status, 404);
});

test('[BR-NOT-012] a call-back is answered once it is stored, and refused where it is not the provider', async () => {
  const stored: unknown[] = [];
  const ports: CallbackPorts = {
    readCallback(_tenant, channel, { path, body }) {
      if (channel !== 'sms') return null;
      if (path.includes('forged')) return { kind: 'refused', why: 'the signature does not hold' };
      if (body.length === 0) return { kind: 'unreadable', why: 'nothing in it' };
      return { kind: 'receipts', receipts: [{ receiptId: 'SM1', step: 'delivered', detail: 'delivered' }] };
    },
    async reported(receipts) {
      if (stored.length > 0) throw new Error('NATS is gone');
      stored.push(...receipts);
    },
  };
  const route = callbackRoute(ports);
  const call = async (channel: string, query = '', text = 'MessageSid=SM1') => {
    const params = { tenant: 'acme', channel };
    const url = `/v1/callbacks/acme/${channel}`;
    const reply = await route.handle({ method: 'POST', url, params, query, headers: {}, body: Buffer.from(text) });
    return reply.status;
  };
  assert.equal(await call('sms'), 200);
  assert.deepEqual(stored, [
    { kind: 'receipt', tenant: 'acme', channel: 'sms', receiptId: 'SM1', step: 'delivered', detail: 'delivered' },
  ]);
  assert.deepEqual([await call('mail'), await call('sms', 'forged=1'), await call('sms', '', '')], [404, 401, 400]);
  assert.equal(await call('sms'), 503);
});

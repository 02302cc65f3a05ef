/** Who may come, from where, and how much of it. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { HostVerdict } from '../../ingress/gate.ts';
import type { IngressSource } from '../../ingress/source.ts';
import { sourceAccessOf } from '../../resources/source-access.ts';
import type { SourceAuth } from '../../resources/source-auth.ts';
import type { Log } from '../../telemetry/log.ts';
import { until } from '../support/until.ts';
import { alertNamed, answered, type Door, type DoorOptions, openDoor, source } from './herald-door.ts';

type Access = Parameters<typeof sourceAccessOf>[0];

async function doorWith(access: Access, change: Partial<IngressSource> = {}, options: DoorOptions = {}): Promise<Door> {
  const door = await openDoor([], options);
  door.sources.set('s', { ...source('s', 'herald'), access: sourceAccessOf(access), ...change });
  return door;
}

function send(door: Door, headers: Readonly<Record<string, string>> = {}, name = 's'): Promise<Response> {
  return fetch(`${door.url}/v1/webhooks/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(alertNamed('Down')),
  });
}

async function codeOf(response: Response): Promise<string> {
  const { type } = (await response.json()) as { readonly type: string };
  return `${response.status} ${type.replace('urn:herald:problem:', '')}`;
}

/** What was logged, for tests. */
function recorded(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const note = (fields: object) => void lines.push(fields as Record<string, unknown>);
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  return { log, lines };
}

const SIGNED: SourceAuth = {
  type: 'hmac',
  style: 'github',
  secrets: ['s1'],
  header: 'x-hub-signature-256',
  timestampHeader: null,
  idHeader: null,
  tolerance: 300,
};
const BY_KEY: SourceAuth = { type: 'routing-key', keys: ['r1'] };

function hmac(body: string): string {
  return createHmac('sha256', 's1').update(body).digest('hex');
}

function eventBy(key: string) {
  const payload = { summary: 'full', source: 'n1', severity: 'critical' };
  return { routing_key: key, event_action: 'trigger', dedup_key: 'd', payload };
}

test('[BR-WH-022] a source takes requests from its networks alone; who comes from elsewhere is refused, and that is noted', async () => {
  const { log, lines } = recorded();
  const door = await doorWith({ allowFrom: ['10.0.0.0/8', 'fd00::/8'] }, {}, { log });
  const refused = await send(door);
  assert.match(await refused.clone().text(), /came from: 127\.0\.0\.1\./);
  assert.equal(await codeOf(refused), '403 gate.address-refused');
  const denied = lines.find(({ event }) => event === 'audit.denied');
  assert.deepEqual([denied?.source, denied?.code, denied?.address], ['s', 'gate.address-refused', '127.0.0.1']);
  door.sources.set('s', { ...source('s', 'herald'), access: sourceAccessOf({ allowFrom: ['127.0.0.0/8'] }) });
  assert.equal((await send(door)).status, 202);
});

test('[BR-WH-022] a source takes requests from hosts by name; while their addresses are not known, the sender is told to come again', async () => {
  const asked: string[] = [];
  let verdict: HostVerdict = 'hosts.unknown';
  const hosts = {
    find(names: readonly string[], address: string) {
      asked.push(`${names} ${address}`);
      return verdict;
    },
  };
  const door = await doorWith({ allowFrom: ['10.0.0.0/8', 'Batch.Example'] }, {}, { hosts });
  const early = await send(door);
  assert.equal(early.headers.get('retry-after'), '5');
  assert.equal(await codeOf(early), '503 gate.hosts-unknown');
  verdict = 'hosts.one-of-them';
  assert.equal((await send(door)).status, 202);
  verdict = 'hosts.none-of-them';
  assert.equal(await codeOf(await send(door)), '403 gate.address-refused');
  assert.deepEqual(new Set(asked), new Set(['batch.example 127.0.0.1']));
  assert.deepEqual(
    door.refusals.map(({ code }) => code),
    ['gate.address-refused'],
  );
  const near = await doorWith({ allowFrom: ['127.0.0.0/8', 'batch.example'] }, {}, { hosts });
  assert.equal((await send(near)).status, 202);
  assert.equal(asked.length, 3, 'who comes from a network needs no name');
});

test('[BR-WH-022] the word of a trusted proxy on the address is taken, as far as trusted ones wrote it; that of a stranger is not', async () => {
  const stranger = await doorWith({ allowFrom: ['10.0.0.0/8'] });
  assert.equal((await send(stranger, { 'x-forwarded-for': '10.1.2.3' })).status, 403);
  const door = await doorWith(
    { allowFrom: ['10.0.0.0/8', '2001:db8::/32'] },
    {},
    { trustedProxies: ['127.0.0.1', '192.0.2.0/24'] },
  );
  const from = async (forwarded: string) => (await send(door, { 'x-forwarded-for': forwarded })).status;
  assert.equal(await from('10.1.2.3'), 202);
  assert.equal(await from('10.1.2.3:4711'), 202);
  assert.equal(await from('[2001:db8::1]:4711'), 202);
  assert.equal(await from('::ffff:10.1.2.3'), 202);
  assert.equal(await from('10.1.2.3, 192.0.2.7'), 202);
  // The client wrote the first one itself.
  assert.equal(await from('10.1.2.3, 203.0.113.9'), 403);
  assert.equal(await from('10.1.2.3, nonsense'), 403);
  assert.equal(await from(''), 403);
});

test('[BR-WH-023] a source takes so many requests a second and no more; the others are told when to come again', async () => {
  const door = await doorWith({ limits: { source: { perSecond: 2, burst: 3 } } });
  for (let i = 0; i < 3; i++) assert.equal((await send(door)).status, 202);
  const refused = await send(door);
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal(await codeOf(refused), '503 gate.source-rate');
  assert.equal((await send(door, {}, 'herald')).status, 202);
  door.clock.advance(500);
  assert.deepEqual([(await send(door)).status, (await send(door)).status], [202, 503]);
  door.clock.advance(60_000);
  assert.deepEqual(
    [(await send(door)).status, (await send(door)).status, (await send(door)).status, (await send(door)).status],
    [202, 202, 202, 503],
  );
});

test('[BR-WH-023] one address does not use up what others may send, nor does who cannot authenticate', async () => {
  const limits = { address: { perSecond: 1, burst: 1 } };
  const door = await doorWith({ limits }, {}, { trustedProxies: ['127.0.0.1'] });
  const from = (address: string) => send(door, { 'x-forwarded-for': address });
  assert.equal((await from('10.0.0.1')).status, 202);
  assert.equal(await codeOf(await from('10.0.0.1')), '503 gate.address-rate');
  assert.equal((await from('10.0.0.2')).status, 202);
  const auth = { type: 'bearer', tokens: ['sesame'] } as const;
  const guarded = await doorWith({ limits: { source: { perSecond: 1, burst: 1 } } }, { auth });
  for (let i = 0; i < 3; i++) assert.equal((await answered(guarded, send(guarded))).status, 401);
  assert.equal((await send(guarded, { authorization: 'Bearer sesame' })).status, 202);
});

for (const [what, auth, right] of [
  ['a signature', SIGNED, (body: string) => ({ 'x-hub-signature-256': `sha256=${hmac(body)}` })],
  ['a routing key', BY_KEY, () => ({})],
] as const) {
  test(`[BR-WH-023] nor do those whose ${what} only their body shows to be wrong`, async () => {
    const change = { auth, format: auth.type === 'hmac' ? 'herald' : 'pagerduty' };
    const door = await doorWith({ limits: { source: { perSecond: 1, burst: 1 }, concurrency: 1 } }, change);
    const post = (path: string, body: string, headers: Readonly<Record<string, string>>) =>
      answered(
        door,
        fetch(`${door.url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        }),
      );
    const bodyBy = (key: string) => JSON.stringify(auth.type === 'hmac' ? alertNamed('Down') : eventBy(key));
    const wrong = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
    for (let i = 0; i < 3; i++) {
      assert.equal((await post('/v1/webhooks/s', bodyBy('guessed'), wrong)).status, 403);
      if (auth.type === 'routing-key') assert.equal((await post('/v2/enqueue', bodyBy('guessed'), {})).status, 403);
    }
    const body = bodyBy('r1');
    const path = auth.type === 'hmac' ? '/v1/webhooks/s' : '/v2/enqueue';
    assert.equal((await post('/v1/webhooks/s', body, right(body))).status, 202);
    assert.equal(await codeOf(await post(path, body, right(body))), '503 gate.source-rate');
    door.clock.advance(1000);
    assert.equal((await post(path, body, right(body))).status, 202);
  });
}

test('[BR-WH-023] a request that fails counts no longer among those that are handled', async () => {
  const door = await doorWith({ limits: { concurrency: 1 } }, { format: 'none of ours' });
  for (let i = 0; i < 2; i++) assert.equal((await send(door)).status, 500);
});

test('[BR-WH-023] so many requests of a source are handled at a time', async () => {
  const door = await doorWith({ limits: { concurrency: 2 } });
  door.publisher.hold();
  const held = [send(door), send(door)];
  await until('both to be published', () => door.publisher.held > 0 && door.server.inFlight === 2);
  assert.equal(await codeOf(await send(door)), '503 gate.concurrency');
  door.publisher.release();
  for (const one of held) assert.equal((await one).status, 202);
  assert.equal((await send(door)).status, 202);
});

test('[BR-WH-023] when much waits, bulk sources are refused and the others taken', async () => {
  const door = await doorWith({}, { bulk: true });
  assert.equal((await send(door)).status, 202);
  door.state.sheddingBulk = true;
  const refused = await send(door);
  assert.match(String(refused.headers.get('retry-after')), /^[1-5]$/);
  assert.equal(await codeOf(refused), '503 ingest.shedding');
  assert.equal((await send(door, {}, 'herald')).status, 202);
});

test('[BR-WH-025] each request is a line of the access log, with its address, result, size, time and receipt', async () => {
  const { log, lines } = recorded();
  const door = await doorWith({}, {}, { log, accessLog: 'all' });
  const body = (await (await send(door)).json()) as { readonly id: string };
  await send(door, {}, 'nobody');
  await until('both to be logged', () => lines.length >= 2);
  const [taken, unknown] = lines;
  const { ms, ...rest } = taken!;
  assert.deepEqual(rest, {
    event: 'http.access',
    method: 'POST',
    route: '/v1/webhooks/:source',
    url: '/v1/webhooks/s',
    address: '127.0.0.1',
    source: 's',
    bytes: JSON.stringify(alertNamed('Down')).length,
    sent: JSON.stringify(body).length,
    status: 202,
    receipt: body.id,
  });
  assert.equal(typeof ms, 'number');
  assert.deepEqual([unknown?.status, unknown?.url, unknown?.address], [404, '/v1/webhooks/nobody', '127.0.0.1']);
  assert.deepEqual([unknown?.code, unknown?.source], ['source.unknown', undefined]);
});

test("[BR-WH-025] alerts to the Alertmanager API and events to PagerDuty's path are logged with their Source and receipt", async () => {
  const { log, lines } = recorded();
  const door = await openDoor([], { log, accessLog: 'all' });
  door.sources.set('pd', { ...source('pd', 'pagerduty'), auth: { type: 'routing-key', keys: ['k'] } });
  const post = (path: string, body: unknown) =>
    fetch(door.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await post('/api/v2/alerts', [alertNamed('Down')]);
  const payload = { summary: 's', source: 'x', severity: 'info' };
  await post('/v2/enqueue', { routing_key: 'k', event_action: 'trigger', payload });
  await until('both to be logged', () => lines.length >= 2);
  assert.deepEqual(
    lines.map(({ source: name, receipt }) => [name, typeof receipt]),
    [
      ['prometheus', 'string'],
      ['pd', 'string'],
    ],
  );
});

test('[BR-WH-025] the access log has no secret, wherever in a request it stands', async () => {
  const { log, lines } = recorded();
  const auth = { type: 'bearer', tokens: ['sesame'] } as const;
  const door = await doorWith({}, { auth }, { log, accessLog: 'all' });
  const hunter = 'B7xhunter2';
  const post = (path: string, headers = {}) =>
    fetch(door.url + path, { method: 'POST', headers, body: `{"a":"${hunter}"}` });
  const header = {
    authorization: `Bearer ${hunter}`,
    'x-token': hunter,
    cookie: hunter,
    'content-type': 'application/json',
  };
  const paths = [
    `/v1/webhooks/s?token=${hunter}`,
    `/v1/webhooks/${hunter}`,
    `/v1/webhooks/s/${hunter}`,
    `/${hunter}/x`,
  ];
  for (const path of [...paths, `/v1/webhooks/%ff${hunter}`]) await answered(door, post(path, header));
  await answered(door, fetch(`${door.url}/readyz/${hunter}?key=${hunter}`));
  const accesses = () => lines.filter(({ event }) => event === 'http.access');
  await until('all to be logged', () => accesses().length >= 6);
  assert.doesNotMatch(JSON.stringify(lines), /hunter2|sesame/);
  assert.deepEqual(
    accesses().map(({ url }) => url),
    ['/v1/webhooks/s', '/v1/webhooks/*', '/v1/webhooks/s/*', '/*/x', '/v1/webhooks/*', '/readyz/*'],
  );
});

test('[BR-WH-025] unless all is asked for, only what was refused is logged; the log never has what was presented', async () => {
  const { log, lines } = recorded();
  const auth = { type: 'bearer', tokens: ['sesame'] } as const;
  const door = await doorWith({}, { auth }, { log, accessLog: 'refused' });
  assert.equal((await send(door, { authorization: 'Bearer sesame' })).status, 202);
  assert.equal((await answered(door, send(door, { authorization: 'Bearer hunter2' }))).status, 403);
  await until('the refusal to be logged', () => lines.some(({ event }) => event === 'http.access'));
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['audit.denied', 'http.access'],
  );
  assert.equal(lines[1]?.address, '127.0.0.1');
  assert.doesNotMatch(JSON.stringify(lines), /hunter2|sesame/);
});

test('[BR-SEC-008] a page of another site sends nothing by what a browser shows by itself; programs, own pages, and who shows a secret do', async () => {
  const door = await openDoor();
  const foreign = { origin: 'http://evil.example' };
  assert.equal(await codeOf(await send(door, foreign, 'herald')), '403 auth.foreign-page');
  assert.equal(await codeOf(await send(door, { origin: 'null' }, 'herald')), '403 auth.foreign-page');
  assert.deepEqual(door.refusals.map(({ code, subject }) => [code, subject])[0], ['auth.foreign-page', 'herald']);
  assert.equal((await send(door, { origin: door.url }, 'herald')).status, 202);
  assert.equal((await send(door, {}, 'herald')).status, 202);
  assert.equal((await send(door, { ...foreign, authorization: 'Bearer sesame' }, 'guarded')).status, 202);
  const basic = `Basic ${Buffer.from('ann:key').toString('base64')}`;
  door.sources.set('b', { ...source('b', 'herald'), auth: { type: 'basic', username: 'ann', passwords: ['key'] } });
  assert.equal(await codeOf(await send(door, { ...foreign, authorization: basic }, 'b')), '403 auth.foreign-page');
  assert.equal((await send(door, { authorization: basic }, 'b')).status, 202);
});

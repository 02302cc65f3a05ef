import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { freePort } from '../../gateway/free-port.ts';
import { uncounted } from '../../ingress/access-metrics.ts';
import { ListenFailed, startHttpServer } from '../../ingress/http.ts';
import type { Route } from '../../ingress/route.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';
import { alertNamed, type Door, openDoor } from './herald-door.ts';
import { post, rawConnection } from './raw-client.ts';

const HOOK = '/v1/webhooks/herald';
const ALERT = JSON.stringify(alertNamed('x'));
const gate = { open: () => {}, entered: 0 };

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/echo/{one}/:two',
    access: 'everyone',
    handle: ({ params, query, headers }) => json({ params, query, headers }),
  },
  { method: 'GET', path: '/throws', access: 'everyone', handle: () => boom() },
  {
    method: 'GET',
    path: '/rejects',
    access: 'everyone',
    handle: () => Promise.reject(new Error('secret of the house')),
  },
  { method: 'POST', path: '/admit-throws', access: 'everyone', admit: () => boom(), handle: () => ({ status: 200 }) },
  {
    method: 'GET',
    path: '/gated',
    access: 'everyone',
    handle() {
      gate.entered += 1;
      return new Promise((resolve) => {
        gate.open = () => resolve({ status: 200, body: 'let in' });
      });
    },
  },
];

let door: Door;

before(async () => {
  door = await openDoor(ROUTES);
});

afterEach(async () => {
  await until('every request to be over', () => door.server.inFlight === 0, { seen: () => door.server.inFlight });
});

function boom(): never {
  throw new Error('secret of the house');
}

function json(value: unknown) {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

async function reading(): Promise<void> {
  await until('the request to be begun', () => door.server.inFlight === 1);
}

test('[BR-WH-009] half a body and then silence is answered 408, and the connection ends', async () => {
  const client = await rawConnection(door.port);
  client.write(post(HOOK, ALERT).slice(0, -5));
  await reading();
  await until('its patience to run', () => door.clock.pending === 1);
  door.clock.advance(7000);
  assert.match(await client.ended(), /^HTTP\/1.1 408 .*problem:body.too-slow/s);
});

test('[BR-WH-009] a chunked body that never begins is answered 408', async () => {
  const client = await rawConnection(door.port);
  client.write(`POST ${HOOK} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n`);
  await reading();
  door.clock.advance(7000);
  assert.match(await client.ended(), /^HTTP\/1.1 408 /);
});

test('[BR-WH-009] a slow body that goes on coming is waited for, but not for ever', async () => {
  const client = await rawConnection(door.port);
  client.write(`POST ${HOOK} HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n`);
  await reading();
  for (let sent = 0; sent < 8; sent++) {
    await sendPart(client, ' '.repeat(200_000));
    door.clock.advance(6000);
    assert.equal(client.received, '', `after ${sent + 1} parts`);
  }
  door.clock.advance(12_000);
  assert.match(await client.ended(), /^HTTP\/1.1 408 /);
});

test('[BR-WH-009] a body that only trickles is answered 408, before uWebSockets.js would end its connection without an answer', async () => {
  const client = await rawConnection(door.port);
  client.write(`POST ${HOOK} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n`);
  await reading();
  for (let sent = 0; sent < 6; sent++) {
    await sendPart(client, ' ');
    door.clock.advance(1000);
    assert.equal(client.received, '', `after ${sent + 1} bytes`);
  }
  await sendPart(client, ' ');
  door.clock.advance(1000);
  assert.match(await client.ended(), /^HTTP\/1.1 408 .*problem:body.too-slow/s);
});

/** Only what the server has read counts as progress: a request on another connection is answered after it. */
async function sendPart(client: Awaited<ReturnType<typeof rawConnection>>, part: string): Promise<void> {
  const before = client.socket.bytesWritten;
  client.write(part);
  await until(
    'it to leave',
    () => client.socket.bytesWritten >= before + part.length && client.socket.writableLength === 0,
  );
  await fetch(`${door.url}/healthz`);
}

test('[BR-WH-009] a sender that goes away in the middle of a body leaves nothing behind', async () => {
  const client = await rawConnection(door.port);
  client.write(post(HOOK, ALERT).slice(0, -5));
  await reading();
  client.socket.destroy();
  await until('the request to be given up', () => door.server.inFlight === 0);
  assert.equal(door.clock.pending, 0);
});

test('a sender that goes away while its alert is being stored leaves nothing behind', async () => {
  const stored = door.publisher.entries.length;
  door.publisher.hold();
  const client = await rawConnection(door.port);
  client.write(post(HOOK, ALERT));
  await until('the frame to be under way', () => door.publisher.held === 1);
  client.socket.destroy();
  await fetch(`${door.url}/healthz`);
  door.publisher.release();
  await until('the request to be over', () => door.server.inFlight === 0);
  assert.equal(door.publisher.entries.length, stored + 1);
});

test('pipelined requests that are answered at once are answered in order', async () => {
  const client = await rawConnection(door.port);
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
  client.write(get('/echo/a/1') + get('/throws') + get('/echo/b/2'));
  const answers = await client.seen(/"one":"b"/);
  assert.match(answers, /"one":"a".*HTTP\/1.1 500.*"one":"b"/s);
});

test('a request pipelined behind one that is still being stored ends the connection and harms nobody', async () => {
  const client = await rawConnection(door.port);
  client.write(post(HOOK, ALERT) + post(HOOK, ALERT));
  await client.ended();
  await until('the requests to be over', () => door.server.inFlight === 0);
  const next = await rawConnection(door.port);
  next.write(post(HOOK, ALERT));
  await next.seen(/^HTTP\/1.1 202 /);
});

test('requests one after the other share a connection, however their bytes are cut', async () => {
  const client = await rawConnection(door.port);
  client.socket.setNoDelay(true);
  const text = post(HOOK, ALERT);
  for (const cut of [1, 20, text.length - ALERT.length, text.length - 3]) {
    const seen = client.received.length;
    const before = client.socket.bytesWritten;
    client.write(text.slice(0, cut));
    await until('the first part to leave', () => client.socket.bytesWritten >= before + cut);
    await fetch(`${door.url}/healthz`);
    client.write(text.slice(cut));
    await until('the answer', () => client.received.slice(seen).includes('"accepted":1}'));
  }
});

test('[BR-WH-024] a declared length over the limit is refused before the body comes', async () => {
  const client = await rawConnection(door.port);
  client.write(`POST /v1/webhooks/small HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n`);
  const answer = await client.seen(/body.too-large/);
  assert.match(answer, /^HTTP\/1.1 413 .*Connection: close/s);
  door.clock.advance(250);
  await client.seen(/\r\n0\r\n\r\n$/);
});

test('[BR-WH-024] a chunked body is refused as soon as it is over the limit, and its sender can read why', async () => {
  const client = await rawConnection(door.port);
  client.write('POST /v1/webhooks/small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`;
  client.write(chunk);
  await client.seen(/^HTTP\/1.1 413 .*body.too-large/s);
  for (let i = 0; i < 50; i++) client.write(chunk);
  client.write('0\r\n\r\n');
  await client.seen(/\r\n0\r\n\r\n$/);
  assert.equal(client.closed, false, 'no reset while the answer may be unread');
});

test('[BR-WH-024] who goes on sending after a refusal is cut off', async () => {
  const client = await rawConnection(door.port);
  client.write('POST /v1/webhooks/small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = Buffer.from(`100000\r\n${' '.repeat(0x100000)}\r\n`);
  await until('the connection to be cut', () => {
    if (client.socket.writableLength < 4 * chunk.length) client.write(chunk);
    return client.closed;
  });
});

test('a refused request with a short body keeps its connection', async () => {
  const client = await rawConnection(door.port);
  const text = post('/v1/webhooks/nobody', ALERT);
  client.write(text.slice(0, -5));
  await reading();
  client.write(text.slice(-5));
  await client.seen(/^HTTP\/1.1 404 /);
  client.write(post(HOOK, ALERT));
  await client.seen(/HTTP\/1.1 202 /);
});

test('path parameters are decoded, headers are lower-case, and a wrong encoding is told', async () => {
  const response = await fetch(`${door.url}/echo/a%2Fb/%C3%A9?q=1`, { headers: { 'X-One': 'v' } });
  const { params, query, headers } = (await response.json()) as Record<string, Record<string, string>>;
  assert.deepEqual(params, { one: 'a/b', two: '\u00e9' });
  assert.equal(query, 'q=1');
  assert.equal(headers?.['x-one'], 'v');
  const bare = (await (await fetch(`${door.url}/echo/a/b`)).json()) as { query: unknown };
  assert.equal(bare.query, '', 'an address without a query has an empty one');
  assert.equal((await fetch(`${door.url}/echo/%E9/x`)).status, 400);
});

test('[BR-WH-011] HEAD answers as GET without a body, and 405 names what is allowed', async () => {
  const head = await fetch(`${door.url}/healthz`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '15', '']);
  const refused = await fetch(`${door.url}/healthz`, { method: 'POST', body: 'x' });
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD']);
});

test('[BR-WH-012] a failing handler is answered 500 without a word of what failed', async () => {
  for (const [path, method] of [
    ['/throws', 'GET'],
    ['/rejects', 'GET'],
    ['/admit-throws', 'POST'],
  ] as const) {
    const response = await fetch(door.url + path, { method });
    assert.equal(response.status, 500, path);
    assert.doesNotMatch(await response.text(), /secret/);
  }
});

test('[BR-SCALE-001] an exclusive port is refused to a second server, a shared one is not', async () => {
  const start = (port: number, shared: boolean) =>
    startHttpServer({ listen: { host: '127.0.0.1', port }, shared, routes: [], log: silentLog, metrics: uncounted });
  await assert.rejects(start(door.port, false), ListenFailed);
  const port = await freePort();
  const one = await start(port, true);
  atEnd(() => one.close(0));
  const other = await start(port, true);
  atEnd(() => other.close(0));
  await assert.rejects(start(port, false), ListenFailed);
});

test('leaving, a port of its own goes on answering, and one that is shared is left to the others', async () => {
  for (const shared of [false, true]) {
    const listen = { host: '127.0.0.1', port: await freePort() };
    const server = await startHttpServer({ listen, shared, routes: ROUTES, log: silentLog, metrics: uncounted });
    atEnd(() => server.close(0));
    await server.leave(1000);
    const asked = fetch(`http://127.0.0.1:${listen.port}/healthz`).then(
      ({ headers }) => headers.get('connection'),
      () => 'refused',
    );
    assert.equal(await asked, shared ? 'refused' : 'close');
  }
});

test('closing lets a request under way finish, tells its sender to hang up, and takes no new connection', async () => {
  const closing = await openDoor(ROUTES);
  const idle = await rawConnection(closing.port);
  const client = await rawConnection(closing.port);
  const entered = gate.entered;
  client.write('GET /gated HTTP/1.1\r\nHost: h\r\n\r\n');
  await until('the request to be handled', () => gate.entered === entered + 1);
  const closed = closing.server.close();
  await assert.rejects(fetch(`${closing.url}/healthz`));
  gate.open();
  assert.match(await client.ended(), /^HTTP\/1.1 200 .*Connection: close.*let in$/s);
  await closed;
  await idle.ended();
  assert.equal(closing.server.inFlight, 0);
});

/** Everything that a sender can do wrong, against one running Herald: each gets its status and a clear body, and nothing breaks. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { rawConnection } from '../ingress/raw-client.ts';
import { until } from '../support/until.ts';
import { type Answered, alertsOf, get, post } from './alerts.ts';
import { consoleChannel, environments, route, SOURCES, source } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

const MiB = 1024 * 1024;
const TOKEN = 'token-of-the-test';

let herald: RunningHerald;

before(async () => {
  herald = await runningHerald({
    config: {
      'herald.yaml':
        SOURCES +
        source('guarded', 'alertmanager', 'auth: { type: bearer, token: { env: HERALD_TEST_TOKEN } }') +
        environments() +
        route({ receivers: ['console'], groupBy: ['alertname'] }) +
        consoleChannel(),
    },
    env: { HERALD_TEST_TOKEN: TOKEN },
  });
});

interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly problems?: readonly { readonly path: string; readonly allowed: string }[];
  readonly problemCount?: number;
}

function send(name: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return post(`${herald.url}/v1/webhooks/${name}`, body, headers);
}

/** The problem that the answer states; it must be one that a person can act on, and nothing of our insides. */
function problemIn(answer: Answered, status: number): Problem {
  const problem = answer.body as Problem;
  assert.equal(answer.status, status, JSON.stringify(problem));
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  assert.equal(problem.status, status);
  assert.ok(problem.title.length > 0 && problem.detail.length > 0);
  assert.doesNotMatch(JSON.stringify(problem), /\.ts:\d|node_modules|TypeError/);
  return problem;
}

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const UNREADABLE: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'no JSON': 'status=firing',
  'JSON that breaks off': '{"alerts":[{"labels":',
  'UTF-16': Buffer.from('{"alerts":[]}', 'utf16le'),
  'Latin-1': Buffer.from('{"alerts":[{"labels":{"alertname":"K\u00f6ln"}}]}', 'latin1'),
  'JSON that holds NaN': '{"alerts":NaN}',
};

for (const [what, body] of Object.entries(UNREADABLE)) {
  test(`[BR-WH-011] [BR-WH-012] ${what} is answered 400`, async () => {
    problemIn(await send('alertmanager', body), 400);
  });
}

const INVALID: Readonly<Record<string, readonly [body: string, path: string]>> = {
  null: ['null', ''],
  'a number': ['7', ''],
  'deep nesting': [deep(100_000), ''],
  'alerts that are no list': ['{"alerts":{}}', '/alerts'],
  'an alert that is a text': ['{"alerts":["x"]}', '/alerts/0'],
  'an alert without labels': ['{"alerts":[{"status":"firing"}]}', '/alerts/0/labels'],
  'an alert with no label in it': ['{"alerts":[{"status":"firing","labels":{}}]}', '/alerts/0/labels'],
  'a label that is a number': ['{"alerts":[{"status":"firing","labels":{"a":1}}]}', '/alerts/0/labels/a'],
  'a label that is nested deep': [
    `{"alerts":[{"status":"firing","labels":{"a":${deep(50_000)}}}]}`,
    '/alerts/0/labels/a',
  ],
  'an unknown status': ['{"alerts":[{"status":"on","labels":{"a":"b"}}]}', '/alerts/0/status'],
  'a time that is none': [
    '{"alerts":[{"status":"firing","labels":{"a":"b"},"startsAt":"yesterday"}]}',
    '/alerts/0/startsAt',
  ],
};

for (const [what, [body, path]] of Object.entries(INVALID)) {
  test(`[BR-WH-003] [BR-WH-012] ${what} is answered 422, with its path`, async () => {
    const { problems = [], problemCount } = problemIn(await send('alertmanager', body), 422);
    assert.ok(
      problems.some((one) => one.path === path && one.allowed.length > 0),
      JSON.stringify(problems),
    );
    assert.equal(problemCount, problems.length);
  });
}

test('[BR-WH-012] of 20,000 wrong alerts the answer counts all and lists some', async () => {
  const body = { alerts: Array.from({ length: 20_000 }, () => ({ status: 'on', labels: null })) };
  const answer = await send('alertmanager', body);
  const { problems = [], problemCount = 0 } = problemIn(answer, 422);
  assert.ok(problemCount >= 20_000);
  assert.ok(problems.length <= 100);
});

test('[BR-WH-024] what a source does not take is refused: content, encoding, size, before and after decompression', async () => {
  problemIn(await send('alertmanager', '<alerts/>', { 'content-type': 'text/html' }), 415);
  problemIn(await send('alertmanager', '<alerts/>', { 'content-type': 'application/xml' }), 422);
  problemIn(await send('alertmanager', '{}', { 'content-type': 'application/json; charset=utf-16' }), 415);
  problemIn(await send('alertmanager', '{}', { 'content-encoding': 'zstd' }), 415);
  problemIn(await send('alertmanager', 'not gzip', { 'content-encoding': 'gzip' }), 400);
  const bomb = gzipSync(`{"alerts":[${' '.repeat(64 * MiB)}]}`);
  problemIn(await send('alertmanager', bomb, { 'content-encoding': 'gzip' }), 413);
  assert.equal((await send('alertmanager', `{"alerts":[],"x":"${'x'.repeat(20 * MiB)}"}`)).status, 202);
  problemIn(await send('alertmanager', `{"x":"${'x'.repeat(33 * MiB)}"}`), 413);
});

test('[BR-WH-004] [BR-SEC-006] an unknown source is 404; no token is 401; a wrong one is 403 and is not repeated', async () => {
  problemIn(await send('nobody', '{}'), 404);
  problemIn(await send('..%2f..%2fetc', '{}'), 404);
  problemIn(await send('guarded', '{}'), 401);
  const wrong = await send('guarded', '{}', { authorization: 'Bearer almost-right' });
  problemIn(wrong, 403);
  assert.doesNotMatch(JSON.stringify(wrong.body) + herald.stderr(), /almost-right/);
  const right = { authorization: `Bearer ${TOKEN}` };
  problemIn(await send('guarded', 'garbage', right), 400);
  assert.equal((await send('guarded', '{"alerts":[]}', right)).status, 202);
  assert.equal((await get(`${herald.url}/v1/webhooks/alertmanager`)).status, 405);
});

test('[BR-WH-009] half a body and then silence is answered 408, while others are served', async () => {
  const connection = await rawConnection(Number(new URL(herald.url).port));
  connection.write('POST /v1/webhooks/alertmanager HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n');
  connection.write('Content-Length: 1000\r\n\r\n{"alerts":[');
  assert.equal((await send('herald', alertsOf({ alertname: 'Meanwhile' }))).status, 202);
  const seen = () => connection.received;
  await until('the slow sender to be told', () => connection.closed, { timeoutMs: 30_000, seen });
  assert.match(connection.received, /^HTTP\/1\.1 408 [\s\S]*application\/problem\+json/);
});

test('[BR-WH-010] 10,000 alerts in one request are accepted and all decided', async () => {
  const labels = Array.from({ length: 10_000 }, (_, i) => ({ alertname: 'Many', instance: `i${i}` }));
  const answer = await send('herald', alertsOf(...labels));
  assert.equal(answer.status, 202);
  assert.equal((answer.body as { accepted: number }).accepted, 10_000);
  const path = `${herald.url}${answer.headers.get('location')}`;
  await until(
    'every one to be decided',
    async () => ((await get(path)).body as { state: string }).state === 'processed',
    {
      timeoutMs: 60_000,
      everyMs: 100,
    },
  );
});

test('[BR-WH-024] [BR-PERF-032] large and wrong bodies, again and again, leave Herald healthy and no larger', async (t) => {
  const nonsense = `{"alerts":[{"status":"on","labels":{"a":"${'x'.repeat(2 * MiB)}"}}]}`;
  const rounds = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const answers = await Promise.all([...Array(4)].map(() => send('alertmanager', nonsense)));
      for (const answer of answers) assert.equal(answer.status, 422);
    }
  };
  // First for the heap to find its size. If the bodies of the second part were kept, they alone would be 200 MiB.
  await rounds(10);
  const settled = await residentMiB();
  await rounds(25);
  const end = await residentMiB();
  t.diagnostic(`resident: ${settled} MiB after 40 bodies of 2 MiB, ${end} MiB after 140`);
  assert.ok(end < settled + 120, `grew from ${settled} to ${end} MiB over 100 refused bodies`);
  assert.equal((await get(`${herald.url}/healthz`)).status, 200);
  assert.equal((await get(`${herald.url}/readyz`)).status, 200);
  assert.equal((await send('herald', alertsOf({ alertname: 'Afterwards' }))).status, 202);
  await until('an alert to be told afterwards', () => herald.printed().some((line) => line.includes('Afterwards')));
  assert.deepEqual(herald.logged('nats.ended'), []);
});

/** Linux: VmRSS of /proc/PID/status (proc(5)). */
async function residentMiB(): Promise<number> {
  const status = await readFile(`/proc/${herald.pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
}

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fakeHerald, json } from './answers.ts';
import { herald, temporaryFolder } from './captured.ts';

const folder = await temporaryFolder({ 'alerts.json': '{"alerts":[{"labels":{"alertname":"Down"}}]}' });
const file = join(folder, 'alerts.json');

const outcome = {
  index: 0,
  tenant: 'default',
  fingerprint: '089c6e69d2c44267',
  outcome: 'opened',
  reasons: [{ code: 'alert.opened', detail: 'first report' }],
};
const accepted = json({ id: 'r1', accepted: 1 }, 202, { location: '/v1/receipts/r1' });
const processed = json({ id: 'r1', state: 'processed', accepted: 1, decided: 1, alerts: [outcome] });
const pending = json({ id: 'r1', state: 'accepted', accepted: 1, decided: 0, alerts: [] });

test('[BR-WH-015] send waits for the receipt and prints what became of each alert', async () => {
  let asked = 0;
  const { receiver, variables } = await fakeHerald({
    'POST /v1/webhooks/alertmanager': accepted,
    'GET /v1/receipts/r1': () => (++asked < 3 ? pending : processed),
  });
  const { code, out } = await herald(['send', file], variables);
  assert.equal(code, 0);
  assert.match(out, /default\/089c6e69d2c44267 +Down +opened +alert\.opened$/m);
  assert.match(out, /processed: 1 of 1 alert, receipt r1/);
  assert.equal(receiver.requests[0]?.body, '{"alerts":[{"labels":{"alertname":"Down"}}]}');
});

test('the source, the token and --json', async () => {
  const { receiver, variables } = await fakeHerald({
    'POST /v1/webhooks/my%20grafana': accepted,
    'GET /v1/receipts/r1': processed,
  });
  const { code, out } = await herald(['send', file, '--source', 'my grafana', '--json'], {
    ...variables,
    HERALD_TOKEN: 'environment',
  });
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), { id: 'r1', state: 'processed', accepted: 1, decided: 1, alerts: [outcome] });
  assert.equal(receiver.requests[0]?.headers.authorization, 'Bearer environment');
  await herald(['send', file, '--source', 'my grafana', '--token', 'option'], {
    ...variables,
    HERALD_TOKEN: 'environment',
  });
  assert.equal(receiver.requests[2]?.headers.authorization, 'Bearer option');
});

test('while nobody answers for the receipt it asks again; one that is unknown it does not wait for', async () => {
  let asked = 0;
  const busy = await fakeHerald({
    'POST /v1/webhooks/alertmanager': accepted,
    'GET /v1/receipts/r1': () => (++asked < 3 ? json({ title: 'No archive' }, 503) : processed),
  });
  assert.equal((await herald(['send', file], busy.variables)).code, 0);
  const lost = await fakeHerald({ 'POST /v1/webhooks/alertmanager': accepted });
  const { code, err } = await herald(['send', file], lost.variables);
  assert.equal(code, 1);
  assert.match(err, /accepted, but its receipt http:.*\/v1\/receipts\/r1 cannot be had: 404 Not found/);
});

test('when the time is over the receipt as it is, how to ask again, and exit code 1', async () => {
  const { variables } = await fakeHerald({
    'POST /v1/webhooks/alertmanager': accepted,
    'GET /v1/receipts/r1': pending,
  });
  const { code, out, err } = await herald(['send', file, '--timeout', '0.05'], variables);
  assert.equal(code, 1);
  assert.match(out, /accepted: 0 of 1 alert, receipt r1/);
  assert.match(err, /not all processed within 0\.05 s; ask again: http:.*\/v1\/receipts\/r1/);
});

test('[BR-WH-012] every problem of a refused body is printed with its path', async () => {
  const problem = {
    title: 'Invalid',
    status: 422,
    detail: 'Nothing was kept.',
    problems: [{ path: '/alerts/0/labels', value: 'nothing', allowed: 'an object' }],
    problemCount: 3,
  };
  const { variables } = await fakeHerald({ 'POST /v1/webhooks/alertmanager': json(problem, 422) });
  const { code, err } = await herald(['send', file], variables);
  assert.equal(code, 1);
  assert.equal(
    err,
    'herald: 422 Invalid\n  Nothing was kept.\n  /alerts/0/labels: "nothing"; allowed: an object\n  and 2 more\n',
  );
});

test('an overloaded Herald says when to try again, and an answer that is no JSON is shown as it is', async () => {
  const busy = await fakeHerald({
    'POST /v1/webhooks/alertmanager': json({ title: 'Busy' }, 503, { 'retry-after': '7' }),
  });
  assert.match((await herald(['send', file], busy.variables)).err, /503 Busy\n {2}try again in 7 s/);
  const proxy = await fakeHerald({
    'POST /v1/webhooks/alertmanager': { kind: 'reply', status: 502, body: 'bad \x1b[31mgateway' },
  });
  assert.match((await herald(['send', file], proxy.variables)).err, /502 bad \\u\{1b\}\[31mgateway/);
});

test('when nothing listens it says so and asks whether it runs', async () => {
  const port = await closedPort();
  const { code, err } = await herald(['send', file], { HERALD_LISTEN: `127.0.0.1:${port}` });
  assert.equal(code, 1);
  assert.equal(err, `herald: no Herald answers at http://127.0.0.1:${port}: is it running? (npm start)\n`);
});

test('a connection that breaks is no stack trace', async () => {
  const { variables } = await fakeHerald({ 'POST /v1/webhooks/alertmanager': { kind: 'reset' } });
  const { code, err } = await herald(['send', file], variables);
  assert.equal(code, 1);
  assert.match(err, /^herald: no answer from http:[^\n]*\n$/);
});

test('a file that is not there is named', async () => {
  assert.match(
    (await herald(['send', join(folder, 'none.json')])).err,
    /cannot read .*none\.json: there is no such file/,
  );
  assert.match((await herald(['send', folder])).err, /it is a folder/);
});

test('a time and an address that are none are bad usage', async () => {
  for (const [option, value, allowed] of [
    ['--timeout', 'soon', /--timeout soon: a number of seconds, as in 10 or 10s\n/],
    ['--timeout', '-1', /--timeout -1: a number of seconds/],
    ['--url', 'ftp://herald', /--url "ftp:\/\/herald": an http or https URL/],
  ] as const) {
    const { code, err } = await herald(['send', file, option, value]);
    assert.equal(code, 2);
    assert.match(err, allowed);
  }
});

test('a file with a byte order mark, as editors on Windows write it, is sent and told of as any other', async () => {
  const marked = await temporaryFolder({ 'alerts.json': '\ufeff{"alerts":[{"labels":{"alertname":"Down"}}]}' });
  const { variables } = await fakeHerald({
    'POST /v1/webhooks/alertmanager': accepted,
    'GET /v1/receipts/r1': processed,
  });
  const { code, out } = await herald(['send', join(marked, 'alerts.json')], variables);
  assert.equal(code, 0);
  assert.match(out, / Down +opened/);
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

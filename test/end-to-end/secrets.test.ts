/** The encrypted store of a running Herald: set by its command, used by a source, changed at run time, re-encrypted, and a wrong key. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { startHerald } from '../support/herald.ts';
import { until } from '../support/until.ts';
import { alertsOf, post } from './alerts.ts';
import { consoleChannel, environments, route, source } from './resources.ts';
import { failedStart, type RunningHerald, runCommand, runningHerald } from './running-herald.ts';

const [OLD, NEW] = [randomBytes(32).toString('base64'), randomBytes(32).toString('hex')];
const FIRST = 'first-token-of-the-store';
const SECOND = 'second-token-of-the-store';
const REST = environments() + route({ receivers: ['console'] }) + consoleChannel();
const SOURCE =
  source('in', 'herald', 'auth: { type: bearer, token: { secret: in-token } }', 'shop') + environments('shop');

let herald: RunningHerald;

before(async () => {
  herald = await runningHerald({ config: { 'rest.yaml': REST }, env: { HERALD_SECRET_KEY: OLD } });
});

const send = async (url: string, token: string) =>
  (await post(`${url}/v1/webhooks/in`, alertsOf({ alertname: 'Up' }), { authorization: `Bearer ${token}` })).status;

const setTo = (value: string) =>
  runCommand(
    ['secret', 'set', 'in-token', '--tenant', 'shop'],
    { ...herald.env, HERALD_LISTEN: new URL(herald.url).host },
    value,
  );

test('[BR-SEC-014] a resource that refers to a secret which is not there is refused and says how to set it', async () => {
  await herald.declare('source.yaml', SOURCE);
  const said =
    /the store has no secret in-token of tenant shop; allowed: one that was set before, with Herald running: herald secret set in-token --tenant shop/;
  await until('the change to be refused', () => said.test(herald.stderr()));
  assert.equal(await send(herald.url, FIRST), 404);
});

test('[BR-SEC-014, BR-SEC-005] a secret that is set is taken up at once, and so is the next one; neither is shown anywhere', async () => {
  const { code, out, err } = await setTo(`${FIRST}\n`);
  assert.deepEqual([code, out], [0, 'shop/in-token is set; no resource is of tenant shop yet\n'], err);
  await until('the source to take it', async () => (await send(herald.url, FIRST)) === 202);
  assert.deepEqual(await setTo(SECOND), { code: 0, out: 'shop/in-token is set\n', err: '' });
  await until('the source to take the next one', async () => (await send(herald.url, SECOND)) === 202);
  assert.equal(await send(herald.url, FIRST), 403);
  const listed = await herald.command('secret');
  assert.match(listed.out, /^shop +in-token +\S+ +api$/m);
  const everything = [listed.out, herald.stderr(), herald.stdout(), ...filesBelow(herald.env.HERALD_DATA!)];
  for (const text of everything) for (const value of [FIRST, SECOND, OLD]) assert.ok(!text.includes(value));
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .map((path) => readFileSync(path, 'latin1'));
}

test('[BR-SEC-014] with another key the start says which one it takes', async () => {
  await herald.stop();
  const again = await runCommand(['start'], { ...herald.env, HERALD_LISTEN: '127.0.0.1:0', HERALD_SECRET_KEY: NEW });
  assert.equal(again.code, 1);
  assert.match(
    again.err,
    /secret in-token of tenant shop was encrypted by key [0-9a-f]{8}; HERALD_SECRET_KEY holds [0-9a-f]{8}/,
  );
  const { HERALD_SECRET_KEY: _, ...without } = herald.env;
  const none = await runCommand(['start'], { ...without, HERALD_LISTEN: '127.0.0.1:0' });
  assert.equal(none.code, 1);
  assert.match(none.err, /is in the store, which HERALD_SECRET_KEY opens; it is not set/);
});

test('[BR-SEC-005, BR-SEC-014] with the new key before the old one everything works, and rotate makes the old one needless', async () => {
  const both = await startHerald({ env: { ...herald.env, HERALD_SECRET_KEY: `${NEW},${OLD}` } });
  await both.ready();
  assert.equal(await send(both.url, SECOND), 202);
  const rotate = () => runCommand(['secret', 'rotate'], { ...herald.env, HERALD_LISTEN: new URL(both.url).host });
  assert.equal((await rotate()).out, '1 encrypted anew, 0 were already\n');
  assert.equal((await rotate()).out, '0 encrypted anew, 1 were already\n');
  await both.stop();
  const after = await startHerald({ env: { ...herald.env, HERALD_SECRET_KEY: NEW } });
  await after.ready();
  assert.equal(await send(after.url, SECOND), 202);
  const env = { ...herald.env, HERALD_LISTEN: new URL(after.url).host };
  assert.equal((await runCommand(['secret', 'delete', 'in-token', '--tenant', 'shop'], env)).code, 0);
  assert.equal((await runCommand(['secret', 'delete', 'in-token', '--tenant', 'shop'], env)).code, 1);
  assert.equal(await send(after.url, SECOND), 202, 'what was in force stays');
});

test('[BR-SEC-014] a key that is none is refused at the start, and not repeated', async () => {
  const { code, err } = await failedStart({ config: { 'rest.yaml': REST }, env: { HERALD_SECRET_KEY: 'hunter2' } });
  assert.equal(code, 2);
  assert.match(err, /HERALD_SECRET_KEY=\*\*\*: 32 random bytes/);
  assert.doesNotMatch(err, /hunter2/);
});

test('bin/herald check takes references to the store as right, for it cannot look', async () => {
  const { code, err } = await herald.command('check');
  assert.equal(code, 0, err);
});

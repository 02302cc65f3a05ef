/** What Herald prints is taken by nobody: the disk is full, or its reader has gone. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../gateway/free-port.ts';
import { atEnd } from '../support/leaks.ts';
import { processTree, signal } from '../support/processes.ts';
import { ROOT } from '../support/source-tree.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, post } from './alerts.ts';
import { consoleChannel, environments, route, source } from './resources.ts';
import { environmentOf, runningHerald } from './running-herald.ts';

const CONFIG = {
  'all.yaml': source('open', 'herald') + environments() + route({ receivers: ['console'] }) + consoleChannel(),
};

interface Delivered {
  readonly deliveries: readonly { readonly state: string; readonly reasons: readonly { readonly detail: string }[] }[];
}

test('[BR-REL-004] with standard output and the log on a full disk, alerts are accepted, and their deliveries say what happened', {
  skip: process.platform !== 'linux' && 'there is no /dev/full',
}, async () => {
  const env = await environmentOf({ config: CONFIG });
  const full = openSync('/dev/full', 'w');
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(join(ROOT, 'bin/herald'), ['start'], {
    env: { ...process.env, ...env, HERALD_LISTEN: listen, HERALD_LOG: 'debug' },
    stdio: ['ignore', full, full],
  });
  closeSync(full);
  atEnd(() => processTree(child.pid ?? 0).forEach((pid) => void signal(pid, 'SIGKILL')));
  const url = `http://${listen}`;
  await until('readyz', async () => (await get(`${url}/readyz`)).status === 200, { timeoutMs: 30_000 });
  assert.equal((await post(`${url}/v1/webhooks/open`, alertsOf({ alertname: 'Full' }))).status, 202);
  const detail = await until('an attempt to fail', async () => {
    const { deliveries } = (await get(`${url}/v1/deliveries`)).body as Delivered;
    return deliveries
      .flatMap(({ reasons }) => reasons.map((reason) => reason.detail))
      .find((one) => /ENOSPC/.test(one));
  });
  assert.match(detail, /no space left/);
  assert.equal((await get(`${url}/readyz`)).status, 200);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

test('a reader that goes away ends no server; what was for it is a dead letter', async () => {
  const herald = await runningHerald({ config: CONFIG });
  herald.hangUp();
  assert.equal((await post(`${herald.url}/v1/webhooks/open`, alertsOf({ alertname: 'Unread' }))).status, 202);
  const { deliveries } = await until('the delivery to be over', async () => {
    const body = (await get(`${herald.url}/v1/deliveries`)).body as Delivered;
    return body.deliveries.some(({ state }) => state === 'dead') && body;
  });
  assert.match(deliveries[0]!.reasons[0]!.detail, /standard output is closed \(EPIPE\)/);
  assert.equal((await get(`${herald.url}/readyz`)).status, 200);
  assert.equal((await herald.stop()).code, 0);
});

test('a command whose output is on a full disk fails and says so', {
  skip: process.platform !== 'linux' && 'there is no /dev/full',
}, async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(join(ROOT, 'bin/herald'), ['--help'], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  const [text, [code]] = await Promise.all([child.stderr?.toArray(), once(child, 'close')]);
  assert.equal(code, 1);
  assert.match(
    Buffer.concat(text as Buffer[]).toString(),
    /^herald: standard output cannot be written: ENOSPC[^\n]*\n$/,
  );
});

test('SIGHUP without a terminal: it looks at its resources again and goes on', async () => {
  const herald = await runningHerald({ config: CONFIG });
  signal(herald.pid, 'SIGHUP');
  await until('it to look', () => herald.logged('resources.asked').length === 1);
  assert.equal((await get(`${herald.url}/readyz`)).status, 200);
  assert.equal((await herald.stop()).code, 0);
});

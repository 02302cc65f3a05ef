/** A step of starting that meets a NATS which is gone again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectBus } from '../../bus/connection.ts';
import { patiently } from '../../gateway/patiently.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

function said() {
  const lines: string[] = [];
  return { lines, log: { ...silentLog, warn: (_: object, message: string) => void lines.push(message) } };
}

test('[BR-REL-004] a step that NATS does not answer is taken again until it does, and that is said once', async () => {
  const nats = await startNats();
  const bus = await connectBus({ url: nats.url, name: 'test', log: silentLog });
  atEnd(() => bus.close());
  await bus.jsm.streams.add({ name: 'HERE', subjects: ['here'] });
  await nats.freeze();
  const { lines, log } = said();
  let tries = 0;
  const asked = () => {
    tries += 1;
    return bus.jsm.streams.info('HERE');
  };
  const answered = patiently(asked, never, log);
  await until('it to be tried again', () => tries >= 2, { timeoutMs: 30_000 });
  nats.thaw();
  assert.equal((await answered)?.config.name, 'HERE');
  assert.equal(lines.length, 1);
});

test('[BR-REL-004] a step that NATS refuses until a person mends something is taken again until that is done; what to do is logged and told', async () => {
  const withJetStream = (state: string) => `accounts { A { jetstream: ${state}, users: [{ user: a, password: p }] } }`;
  const options = { config: withJetStream('enabled') };
  const nats = await startNats(options);
  const bus = await connectBus({ url: `nats://a:p@127.0.0.1:${nats.port}`, name: 'test', log: silentLog });
  atEnd(() => bus.close());
  await bus.jsm.streams.add({ name: 'HERE', subjects: ['here'] });
  options.config = withJetStream('disabled');
  await nats.restart();
  const errors: string[] = [];
  const log = { ...silentLog, error: (_: object, message: string) => void errors.push(message) };
  const told: (string | null)[] = [];
  const asked = () => bus.jsm.streams.info('HERE');
  const answered = patiently(asked, never, log, (why) => void told.push(why));
  const why = 'NATS refuses, "JetStream not enabled for account" (10039): enable JetStream for the account of NATS_URL';
  await until('it to be told twice', () => told.filter((one) => one === why).length === 2, { timeoutMs: 30_000 });
  options.config = withJetStream('enabled');
  await nats.restart();
  assert.equal((await answered)?.config.name, 'HERE');
  assert.equal(told.at(-1), null);
  assert.deepEqual(errors, [`${why}; trying on`]);
});

test('a step that fails for another reason fails, and one that is not wanted any more is left', async () => {
  const broken = () => Promise.reject(new TypeError('a bug'));
  await assert.rejects(patiently(broken, never, silentLog), TypeError);
  assert.equal(await patiently(broken, AbortSignal.abort(), silentLog), null);
});

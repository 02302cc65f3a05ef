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

test('a step that fails for another reason fails, and one that is not wanted any more is left', async () => {
  const broken = () => Promise.reject(new TypeError('a bug'));
  await assert.rejects(patiently(broken, never, silentLog), TypeError);
  assert.equal(await patiently(broken, AbortSignal.abort(), silentLog), null);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { BusUnreachable } from '../../bus/connection.ts';
import { loggedError } from '../../telemetry/logged-error.ts';
import '../support/leaks.ts';

const LOG = new URL('../../telemetry/log.ts', import.meta.url).href;

test('an error that is expected to happen is told by its code and its causes, in few words', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  const error = new BusUnreachable('no NATS answers', { cause: new Error('gave up', { cause: refused }) });
  assert.deepEqual(told(error), {
    type: 'BusUnreachable',
    code: 'bus.unreachable',
    message: 'no NATS answers',
    causes: ['Error: gave up', 'Error: connect ECONNREFUSED 127.0.0.1:1'],
  });
  assert.deepEqual(told(new BusUnreachable('no NATS answers')), {
    type: 'BusUnreachable',
    code: 'bus.unreachable',
    message: 'no NATS answers',
  });
});

test('a bug keeps its stack, also one that led to an expected error', () => {
  const bug = new TypeError('undefined is not a function');
  assert.match((told(bug) as { stack: string }).stack, /\n +at /);
  const { causes } = told(new BusUnreachable('no NATS answers', { cause: bug })) as { causes: object[] };
  assert.match((causes[0] as { stack: string }).stack, /\n +at /);
  assert.match((told(refusal()) as { stack: string }).stack, /\n +at /);
});

const told = (error: Error) => loggedError(error, ({ stack }) => ({ stack }));
const refusal = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

test('a line about an error tells its message and its cause, on standard error alone', async () => {
  const script = `
    const { createLog } = await import(${JSON.stringify(LOG)});
    const cause = new Error('no space left');
    createLog('info').error({ event: 'it.failed', error: new TypeError('cannot store', { cause }) }, 'trying on');`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  assert.equal(stdout, '');
  const line = JSON.parse(stderr) as {
    event: string;
    msg: string;
    error: { type: string; message: string; stack: string };
  };
  assert.deepEqual([line.event, line.msg, line.error.type], ['it.failed', 'trying on', 'TypeError']);
  assert.match(line.error.message, /cannot store/);
  assert.match(JSON.stringify(line.error), /no space left/);
  assert.match(line.error.stack, /TypeError: cannot store\n +at /);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import '../support/leaks.ts';

const LOG = new URL('../../telemetry/log.ts', import.meta.url).href;

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

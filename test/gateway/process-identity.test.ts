import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { commandLine, startTime } from '../../gateway/process-identity.ts';
import { atEnd } from '../support/leaks.ts';

/** Linux shows it in /proc; ps of the others is there, too. */
for (const platform of ['linux', 'darwin'] as const) {
  test(`${platform}: a process is known by its command line and when it started, and is not known once it is gone`, {
    skip: platform === 'linux' && process.platform !== 'linux' && 'there is no /proc',
  }, async () => {
    const child = spawn('sleep', ['86.5']);
    atEnd(() => child.kill('SIGKILL'));
    await once(child, 'spawn');
    const pid = child.pid!;
    assert.match(String(commandLine(pid, platform)).replaceAll('\0', ' '), /sleep 86\.5/);
    const started = startTime(pid, platform);
    assert.ok(started);
    assert.equal(startTime(pid, platform), started);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    assert.deepEqual([startTime(pid, platform), commandLine(pid, platform)], [null, null]);
  });
}

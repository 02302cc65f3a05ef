import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { atEnd } from '../support/leaks.ts';

const SIGNALS = new URL('../../gateway/signals.ts', import.meta.url).href;

/** A process that takes signals and tells which; the names of those that it is sent, one after the other. */
async function told(hasTerminal: boolean, ...signals: readonly NodeJS.Signals[]): Promise<string[]> {
  const script = `
    const { takeSignals } = await import(${JSON.stringify(SIGNALS)});
    const signals = takeSignals(${hasTerminal});
    signals.onLookAgain(() => console.log('look again'));
    const rest = setInterval(() => {}, 1000);
    void signals.stop.then((signal) => console.log('stop', signal));
    process.stdin.on('end', () => process.exit(0)).resume();
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  atEnd(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  const lines = () => out.split('\n').slice(0, -1);
  const said = async (count: number) => {
    while (lines().length < count) await once(child.stdout, 'data');
  };
  await said(1);
  for (const [i, signal] of signals.entries()) {
    child.kill(signal);
    await said(i + 2);
  }
  child.stdin.end();
  await once(child, 'exit');
  return lines().slice(1);
}

test('a terminal that is closed stops Herald in order, as SIGTERM does', async () => {
  assert.deepEqual(await told(true, 'SIGHUP'), ['stop SIGHUP']);
  assert.deepEqual(await told(true, 'SIGTERM'), ['stop SIGTERM']);
});

test('without a terminal SIGHUP asks it to look at its resources again, as often as it comes; SIGTERM stops it', async () => {
  assert.deepEqual(await told(false, 'SIGHUP', 'SIGHUP', 'SIGTERM'), ['look again', 'look again', 'stop SIGTERM']);
});

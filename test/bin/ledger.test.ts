import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { receiverLines, stepLines } from '../../bin/ledger.ts';
import { createPrint } from '../../bin/print.ts';
import '../support/leaks.ts';

const quiet = { write: () => true };
const terminal = (columns: number) => createPrint({ ...quiet, isTTY: true, columns }, quiet, { TERM: 'xterm' });
const plain = createPrint(quiet, quiet, {});

const receiver = (channel: string, verdict: string, answer: string) => ({ channel, verdict, answer });
const LONG = 'not told: held back since 2026-11-23T09:00:00Z: a silence covers it (s1 by ann, until noon: upgrade)';
const alert = {
  receivers: [receiver('ops', 'told', 'told that it fires'), receiver('pager', 'held', LONG)],
  steps: [
    { step: 'normalise', input: { source: 'prometheus' }, reasons: [] },
    { step: 'classify', input: {}, reasons: [{ code: 'environment.pattern', detail: LONG }] },
  ],
};

test('[BR-AP-020] on a narrow terminal answers are broken between words, and stay beside their receiver', () => {
  const lines = receiverLines(alert, terminal(60)).map(stripVTControlCharacters);
  assert.deepEqual(lines, [
    'ops    told that it fires',
    'pager  not told: held back since 2026-11-23T09:00:00Z: a',
    '       silence covers it (s1 by ann, until noon: upgrade)',
  ]);
  for (const line of stepLines(alert, terminal(60))) assert.ok(stripVTControlCharacters(line).length <= 60, line);
});

test('in a pipe an answer is one line, however long, and without colour', () => {
  assert.deepEqual(receiverLines(alert, plain), ['ops    told that it fires', `pager  ${LONG}`]);
});

test('what was told is green, what was not yellow, and what a person must see to red', () => {
  const colours = ['told', 'held', 'dropped', 'dead-letter', 'uncertain'].map((verdict) => {
    const [line = ''] = receiverLines({ receivers: [receiver('ops', verdict, 'x')] }, terminal(200));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    return /\x1b\[(3\d)m/.exec(line)?.[1];
  });
  assert.deepEqual(colours, ['32', '33', '33', '31', '31']);
});

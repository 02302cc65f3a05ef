import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outline } from '../../bin/outline.ts';
import { createPrint } from '../../bin/print.ts';

test('an answer is told line by line: what is empty as none, a list of objects as a table', () => {
  const answer = {
    version: '0.1.0',
    resources: { hash: 'abc', refused: [], lost: null },
    workers: [{ id: 'w1', leaving: false }],
  };
  const { style } = createPrint({ write: () => {} }, { write: () => {} }, {});
  assert.deepEqual(outline(answer, style), [
    'version  0.1.0',
    'resources',
    '  hash     abc',
    '  refused  none',
    '  lost     none',
    'workers',
    '  ID  LEAVING',
    '  w1  false',
  ]);
});

test('a text of several lines stands below its first one, and cannot pass for something else', () => {
  const { style } = createPrint({ write: () => {} }, { write: () => {} }, {});
  const resources = { hash: 'abc', refused: 'a.yaml:4\n    spec.x: is wrong\u001b[1m\n\n1 problem' };
  assert.deepEqual(outline({ resources }, style), [
    'resources',
    '  hash     abc',
    '  refused  a.yaml:4',
    '               spec.x: is wrong\\u{1b}[1m',
    '           1 problem',
  ]);
});

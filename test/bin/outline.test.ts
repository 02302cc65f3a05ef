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

/** herald comment against answers that the test gives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeHerald, json } from './answers.ts';
import { herald } from './captured.ts';

const ALERT = '0123456789abcdef';
const PATH = `/v1/alerts/shop/${ALERT}/comment`;
const reasons = [{ code: 'alert.commented', detail: 'by ada' }];

test('[BR-AP-L22] comment says who wrote what, and shows the answer', async () => {
  const { variables, receiver } = await fakeHerald({ [`POST ${PATH}`]: json({ reasons }) });
  const words = ['comment', `shop/${ALERT}`, 'it was the disk'];
  const { code, out } = await herald(words, { ...variables, USER: 'ada' });
  assert.deepEqual([code, out], [0, 'alert.commented  by ada\n']);
  assert.deepEqual(JSON.parse(receiver.requests[0]!.body), { by: 'ada', comment: 'it was the disk' });
  await herald([...words, '--by', 'bob'], variables);
  assert.equal(JSON.parse(receiver.requests[1]!.body).by, 'bob');
});

test('comment wants an alert and words', async () => {
  const { variables } = await fakeHerald({});
  for (const words of [['comment'], ['comment', ALERT], ['comment', 'DiskFull', 'x'], ['comment', ALERT, 'a', 'b']]) {
    assert.equal((await herald(words, variables)).code, 2, words.join(' '));
  }
});

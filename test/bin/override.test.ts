/** herald override against answers that the test gives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeHerald, json } from './answers.ts';
import { herald } from './captured.ts';

const shift = {
  user: 'user/bob',
  start: '2026-11-26T18:00:00.000Z',
  end: '2026-11-27T06:00:00.000Z',
  state: 'upcoming',
};
const made = { id: 'c1', by: 'ada', madeAt: shift.start, comment: 'dentist', shifts: [shift] };
const PATH = '/v1/schedules/default/primary/overrides';

test('[BR-NOT-018] override add says what it asked for, and shows what was made', async () => {
  const { variables, receiver } = await fakeHerald({ [`POST ${PATH}`]: json(made) });
  const words = ['override', 'add', 'primary', '--user', 'bob', '--start', '2026-11-26T18:00:00Z', '--for', '12h'];
  const { code, out } = await herald([...words, '--comment', 'dentist'], { ...variables, USER: 'ada' });
  assert.equal(code, 0);
  const { user, end } = shift;
  const asked = { user, start: '2026-11-26T18:00:00Z', end, comment: 'dentist', by: 'ada' };
  assert.deepEqual(JSON.parse(receiver.requests[0]!.body), asked);
  assert.match(out, /c1 +user\/bob +2026-11-26T18:00:00Z +2026-11-27T06:00:00Z +upcoming +ada +dentist/);
});

test('[BR-NOT-018] override add of a swap names the shift in return', async () => {
  const swap = { ...made, shifts: [shift, { ...shift, user: 'user/ada' }] };
  const { variables, receiver } = await fakeHerald({ [`POST ${PATH}`]: json(swap) });
  const back = ['--return-start', '2026-11-28T18:00:00Z', '--return-end', '2026-11-29T06:00:00Z'];
  const words = ['override', 'add', 'primary', '--user', 'user/bob', '--end', shift.end, ...back];
  const { code, out } = await herald([...words, '--return-user', 'ada'], variables);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(receiver.requests[0]!.body).inReturn, { start: back[1], end: back[3], user: 'user/ada' });
  assert.match(out, /in return +user\/ada/);
});

test('[BR-NOT-018] override lists and takes back', async () => {
  const { variables, receiver } = await fakeHerald({
    [`GET ${PATH}`]: json({ overrides: [made] }),
    [`DELETE ${PATH}/c1`]: json({ ...made, shifts: [] }),
    'GET /v1/schedules/shop/primary/overrides': json({ overrides: [] }),
  });
  assert.match((await herald(['override', 'primary'], variables)).out, /c1 +user\/bob/);
  assert.match((await herald(['override', 'list', 'shop/primary'], variables)).out, /no overrides/);
  const { code, out } = await herald(['override', 'remove', 'primary', 'c1'], variables);
  assert.deepEqual([code, out], [0, 'c1 is taken back before it began\n']);
  assert.equal(receiver.requests.at(-1)?.method, 'DELETE');
});

test('override that cannot be understood is bad usage, and a refusal is shown', async () => {
  const { variables } = await fakeHerald({
    [`POST ${PATH}`]: json({ title: 'not permitted', detail: 'not all of it is a shift of user/ada' }, 403),
  });
  for (const words of [
    ['override', 'remove', 'primary'],
    ['override', 'add', 'primary'],
    ['override', 'add', 'primary', '--user', 'bob'],
    ['override', 'add', 'primary', '--user', 'bob', '--end', shift.end, '--for', '8h'],
    ['override', 'add', 'primary', '--user', 'bob', '--for', 'long'],
    ['override', 'add', 'primary', '--user', 'bob', '--for', '8h', '--return-start', shift.start],
  ])
    assert.equal((await herald(words, variables)).code, 2, words.join(' '));
  const refused = await herald(['override', 'add', 'primary', '--user', 'bob', '--for', '8h'], variables);
  assert.deepEqual([refused.code, refused.err.includes('not all of it is a shift of user/ada')], [1, true]);
});

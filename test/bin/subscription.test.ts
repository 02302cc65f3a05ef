/** herald subscription against answers that the test gives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeHerald, json } from './answers.ts';
import { herald } from './captured.ts';

const wanted = { matchers: ['severity="critical"'], environments: ['staging', 'testing'] };
const one = {
  id: 's1',
  tenant: 'default',
  subscriber: 'user/ada',
  declared: false,
  wanted,
  by: 'ada',
  madeAt: null,
  void: null,
};

test('[BR-NOT-022] subscription add says what it asked for, and shows what was made', async () => {
  const { variables, receiver } = await fakeHerald({ 'POST /v1/subscriptions': json(one) });
  const words = [
    'subscription',
    'add',
    'severity="critical"',
    '--environment',
    'staging,testing',
    '--group-wait',
    '0s',
  ];
  const { code, out } = await herald([...words, '--subscriber', 'team/shop'], { ...variables, USER: 'ada' });
  assert.equal(code, 0);
  const asked = { subscriber: 'team/shop', ...wanted, groupWait: '0s', by: 'ada' };
  assert.deepEqual(JSON.parse(receiver.requests[0]!.body), asked);
  assert.match(out, /s1 +default\/user\/ada +severity="critical"; staging, testing +ada\n/);
});

test('[BR-NOT-022] [BR-CFG-011] subscription lists every page, and says which do not hold and why', async () => {
  const void_ = { ...one, id: 's2', void: 'user/ada may hear of testing, and this is for staging' };
  const { variables, receiver } = await fakeHerald({
    'GET /v1/subscriptions': ({ path }) =>
      path.includes('cursor')
        ? json({ subscriptions: [void_], next: null })
        : json({ subscriptions: [one], next: 'x' }),
    'DELETE /v1/subscriptions/s1': json(one),
  });
  const { out } = await herald(['subscription', '--tenant', 'default'], variables);
  assert.match(out, /s1 .*\n[\s\S]*s2 .* does not hold: user\/ada may hear of testing/);
  assert.match(receiver.requests[1]!.path, /tenant=default&cursor=x/);
  assert.equal((await herald(['subscription', 'remove', 's1'], variables)).code, 0);
  for (const words of [['remove'], ['remove', 'a', 'b'], ['make']])
    assert.equal((await herald(['subscription', ...words], variables)).code, 2, words.join(' '));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelOf } from '../../resources/channel.ts';
import { problemsOf, resource, setOf } from './temp-config.ts';

const channel = (name: string, spec: string, tenant?: string) =>
  resource('Channel', name, spec.includes('type:') ? spec : `type: console\n${spec}`, tenant);

test('[BR-NOT-014] [BR-REL-007] how a channel delivers stands in its policy', async () => {
  const { policy } = await setOf({
    'a.yaml':
      channel(
        'ops',
        `rateLimit: { rate: 100/1m, burst: 20 }
recipientLimit: { rate: 1/10s }
breaker: { failures: 5, pause: 1m, maxPause: 10s }
fallback: channel/sms
expireAfter: 1h`,
      ) + channel('sms', 'breaker: { failures: 0 }\nrateLimit: { rate: 5000/1s }\nbundle: 0'),
  });
  const ops = policy.channel('default', 'ops');
  assert.deepEqual(ops?.rateLimit, { interval: 600, burst: 20 });
  assert.deepEqual(ops?.recipientLimit, { interval: 10_000, burst: 1 });
  assert.deepEqual(ops?.breaker, { failures: 5, pause: 60_000, maxPause: 60_000 });
  assert.deepEqual([ops?.fallback, ops?.expireAfter, ops?.bundle], ['sms', 3_600_000, 50]);
  const sms = policy.channel('default', 'sms');
  assert.deepEqual([sms?.breaker, sms?.bundle, sms?.rateLimit], [undefined, undefined, { interval: 0.2, burst: 5000 }]);
});

test('[BR-CFG-002] what can be no rate is refused with its line and what is allowed', async () => {
  for (const rate of ['100', '0/1m', '100/0s', '1/2d', '1/fortnight', '1000000/1s']) {
    const problems = await problemsOf({ 'a.yaml': channel('ops', `rateLimit: { rate: ${JSON.stringify(rate)} }`) });
    assert.match(problems.join('\n'), /^6 spec\.rateLimit\.rate: .*such as 100\/1m/, rate);
  }
});

test('[BR-ERR-012] a fallback that is not declared, of another tenant or that leads back is refused', async () => {
  const problem = async (...documents: string[]) => (await problemsOf({ 'a.yaml': documents.join('') })).join('\n');
  assert.match(await problem(channel('ops', 'fallback: channel/smss'), channel('sms', '')), /did you mean sms\?/);
  assert.match(await problem(channel('ops', 'fallback: channel/sms'), channel('sms', '', 'other')), /no such Channel/);
  assert.match(
    await problem(channel('ops', 'fallback: channel/ops')),
    /spec\.fallback: leads back to where it began: channel\/ops -> channel\/ops/,
  );
  const spread = channel('spread', 'type: spread\nmembers: [channel/one, channel/two]\nfallback: channel/last');
  const ring = await problem(
    spread,
    channel('one', ''),
    channel('two', ''),
    channel('last', 'fallback: channel/spread'),
  );
  assert.match(ring, /spec\.fallback: leads back .*channel\/spread -> channel\/last -> channel\/spread/);
  assert.match(ring, /channel\/last -> channel\/spread -> channel\/last/);
});

test('[BR-NOT-020] a spread names its members', async () => {
  const { policy } = await setOf({
    'a.yaml':
      channel('all', 'type: spread\nmembers: [channel/one, channel/two]') + channel('one', '') + channel('two', ''),
  });
  assert.deepEqual(policy.channel('default', 'all')?.members, ['one', 'two']);
  const problems = await problemsOf({ 'a.yaml': channel('all', 'type: spread\nmembers: [channel/none]') });
  assert.match(problems.join('\n'), /spec\.members\[0\]: is "channel\/none"/);
});

test('[BR-INT-003] what is kept up to date hears that somebody took on what fires, the others where their Channel says so', () => {
  const hears = (spec: object) => channelOf('default', 'c', spec).policy.sendAcknowledged ?? false;
  const secret = 'xyz';
  for (const spec of [
    { type: 'pagerduty' },
    { type: 'servicenow' },
    { type: 'jira' },
    { type: 'slack', token: secret },
  ]) {
    assert.equal(hears(spec), true, spec.type);
    assert.equal(hears({ ...spec, sendAcknowledged: false }), false, spec.type);
  }
  for (const spec of [{ type: 'slack', webhookUrl: secret }, { type: 'webhook' }, { type: 'email' }, { type: 'sms' }]) {
    assert.equal(hears(spec), false, spec.type);
    assert.equal(hears({ ...spec, sendAcknowledged: true }), true, spec.type);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aNotification } from '../support/notification.ts';
import { consoleChannel, problemsOf, resource, setOf } from './temp-config.ts';

const masking = (spec: string, name = 'secrets', tenant?: string) => resource('Masking', name, spec, tenant);
const to = (channel: string, tenant = 'default') => aNotification({ channel, tenant });

test('[BR-SEC-012] a Masking concerns the channels that it names, or all of its tenant', async () => {
  const { mask } = await setOf({
    'a.yaml':
      consoleChannel() +
      resource('Channel', 'sms', 'type: console') +
      masking('rules:\n  - { labels: [pod] }') +
      masking('receivers: [channel/sms]\nrules:\n  - { pattern: "payments-[a-z]+", replacement: "..." }', 'sms'),
  });
  assert.equal(mask(to('console')).alerts[0]?.labels.pod, '[masked]');
  assert.equal(mask(to('console')).alerts[0]?.labels.namespace, 'payments-prod');
  assert.equal(mask(to('sms')).alerts[0]?.labels.pod, '[masked]');
  assert.equal(mask(to('sms')).alerts[0]?.labels.namespace, '...');
  assert.equal(mask(to('console', 'other')).alerts[0]?.labels.pod, 'api-7d9f-x1');
});

test('a Masking that cannot work is refused with its place', async () => {
  const problems = await problemsOf({
    'a.yaml':
      consoleChannel() +
      masking('rules:\n  - { replacement: x }', 'nothing') +
      masking('receivers: [channel/smss]\nrules:\n  - { pattern: "a" }', 'nowhere') +
      masking('rules:\n  - { pattern: "(?=a)" }', 'look-ahead'),
  });
  assert.equal(problems.length, 3, problems.join('\n'));
  assert.match(problems.join('\n'), /spec\.rules\[0\]: masks nothing; allowed: labels or annotations by name/);
  assert.match(problems.join('\n'), /"channel\/smss", but tenant default has no such Channel/);
  assert.match(problems.join('\n'), /RE2 refuses/);
});

test('[BR-SEC-012] public events go by what names no channel, and sources mask only what is not to be stored', async () => {
  const { eventMasks, sources, intakeMasks } = await setOf({
    'a.yaml':
      consoleChannel() +
      resource('Source', 'mine', 'format: herald') +
      resource('Source', 'theirs', 'format: herald', 'other') +
      masking('before: storing\nrules:\n  - { labels: [session] }', 'a') +
      masking('rules:\n  - { labels: [pod] }', 'b') +
      masking('receivers: [channel/console]\nrules:\n  - { labels: [host] }', 'c'),
  });
  assert.deepEqual(
    eventMasks.default?.map(({ labels }) => labels),
    [['session'], ['pod']],
  );
  assert.equal(eventMasks.other, undefined);
  assert.deepEqual([...intakeMasks.keys()], ['default']);
  assert.equal(sources.get('theirs')?.mask, null);
  assert.equal(sources.get('mine')?.mask, intakeMasks.get('default'));
});

test('a Masking before storing names no channel, and all of them are bounded', async () => {
  const long = Array.from({ length: 300 }, (_, i) => `  - { pattern: "${'a'.repeat(900)}${i}" }\n`).join('');
  const problems = await problemsOf({
    'a.yaml':
      consoleChannel() + masking('before: storing\nreceivers: [channel/console]\nrules:\n  - { labels: [a] }', 'both'),
  });
  assert.match(
    problems.join('\n'),
    /spec\.receivers: names channels, but .* reaches none; allowed: only with before: leaving/,
  );
  const many = await problemsOf({ 'a.yaml': masking(`rules:\n${long}`) });
  assert.match(many.join('\n'), /spec\.rules: make the rules .* \d{6} bytes as JSON; allowed: at most 262144/);
});

/** Where the senders of a Source may come from. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf, resource, setOf } from './temp-config.ts';

const source = (allowFrom: readonly string[]) =>
  resource('Source', 's', `format: herald\nallowFrom: ${JSON.stringify(allowFrom)}`);

test('[BR-WH-022] networks, addresses and host names may stand side by side', async () => {
  const list = [
    '10.0.0.0/8',
    'fd00::/8',
    '192.0.2.1',
    'Batch.Example.COM.',
    'batch.example.com',
    'grafana',
    '_x.a-b.xn--p1ai',
  ];
  const { allowFrom } = (await setOf({ 'a.yaml': source(list) })).sources.get('s')!.access!;
  assert.deepEqual(allowFrom?.hosts, ['batch.example.com', 'grafana', '_x.a-b.xn--p1ai']);
  assert.deepEqual(
    ['10.1.1.1', '192.0.2.1', '192.0.2.2'].map((address) => allowFrom?.networks.has(address)),
    [true, true, false],
  );
  const names = await setOf({ 'a.yaml': source(['batch.example.com']) });
  assert.equal(
    names.sources.get('s')?.access?.allowFrom?.networks.has('10.1.1.1'),
    false,
    'names alone let no network in',
  );
});

test('[BR-CFG-002] what is neither is said, with its place', async () => {
  const wrong = [
    '10.0.0.256',
    '10.0.0.0/33',
    '*.example.com',
    'a b',
    'batch..example',
    '-a.example',
    'http://a',
    'a:80',
    '',
  ];
  const long = ['x'.repeat(64), `${'a.'.repeat(127)}example`, 'b\u00fccher.example'];
  for (const text of [...wrong, ...long]) {
    const problems = await problemsOf({ 'a.yaml': source(['10.0.0.0/8', text]) });
    assert.equal(problems.length, 1, `${text}: ${problems.join('\n')}`);
    assert.match(problems[0]!, /^6 spec\.allowFrom\[1\]: is .*; allowed: a network such as .* whole host name/);
  }
});

test('[BR-CFG-002] sixty-four names of a source are enough, networks may be any number', async () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `h${i}.example`);
  const networks = Array.from({ length: 500 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  const set = await setOf({ 'a.yaml': source([...networks, ...names(64)]) });
  assert.equal(set.sources.get('s')?.access?.allowFrom?.hosts.length, 64);
  const problems = await problemsOf({ 'a.yaml': source(names(65)) });
  assert.deepEqual(problems, [
    '6 spec.allowFrom: holds more than 64 host names; allowed: 64, and any number of networks',
  ]);
});

test('[BR-WH-005] a whsec_ secret of a source that is no base64 is refused: everyone knows the key that would be left', async () => {
  const source = (secrets: string) =>
    resource('Source', 'in', `format: herald\nauth: { type: hmac, style: standard-webhooks, ${secrets} }`);
  const env = { GOOD: 'whsec_c2VjcmV0', BAD: 'whsec_!!!', BARE: 'whsec_', PLAIN: 'a passphrase' };
  const problems = (secrets: string) => problemsOf({ 'a.yaml': source(secrets) }, { env });
  const fault = 'what follows whsec_ in the secret is no key in base64';
  assert.deepEqual(await problems('secret: { env: BAD }'), [`6 spec.auth.secret: ${fault}`]);
  assert.deepEqual(await problems('secrets: [{ env: GOOD }, { env: BARE }]'), [`6 spec.auth.secrets[1]: ${fault}`]);
  await setOf({ 'a.yaml': source('secrets: [{ env: GOOD }, { env: PLAIN }]') }, { env });
});

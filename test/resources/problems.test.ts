import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadResources } from '../../resources/load.ts';
import { KINDS } from '../../resources/registry.ts';
import { channelTypes, consoleChannel, load, problemsOf, resource, setOf, tempConfig } from './temp-config.ts';

/** Each resource of `resource()` starts with four lines; its spec stands from the fifth on. */
async function only(fields: string, kind: string, expected: RegExp): Promise<void> {
  const problems = await problemsOf({
    'a.yaml': resource(kind, 'x', fields) + (kind === 'Route' ? consoleChannel() : ''),
  });
  assert.equal(problems.length, 1, problems.join('\n'));
  assert.match(problems[0]!, expected);
}

const route = (fields: string, expected: RegExp) => only(`receivers: [channel/console]\n${fields}`, 'Route', expected);
const policy = (fields: string, expected: RegExp) => only(fields, 'EnvironmentPolicy', expected);

test('[BR-CFG-002] an unknown field is named with its line and what was meant', async () => {
  await route(
    'groupwait: 5s',
    /^6 spec\.groupwait: is not a known field \(did you mean groupWait\?\); allowed: groupBy, /,
  );
  await route(
    'routes:\n  - macthers: []',
    /^7 spec\.routes\[0\]\.macthers: is not a known field \(did you mean matchers\?\)/,
  );
  await only(
    'type: hook\nurl: http://x\nsendResolve: true',
    'Channel',
    /^7 spec\.sendResolve: .*did you mean sendResolved\?/,
  );
  await only(
    'type: console\nurl: http://x',
    'Channel',
    /^6 spec\.url: is not a known field; allowed: type, sendResolved/,
  );
});

test('[BR-CFG-002] unknown kinds, versions, formats and types say what is allowed', async () => {
  const kinds = await problemsOf({
    'a.yaml': `apiVersion: herald/v2\nkind: Chanel\n---\napiVersion: herald/v1\nkind: Enricher\n---\nkind: [a]\n---\n- a\n---\njust text\n`,
  });
  const allowed = `allowed: ${KINDS.join(', ')}`;
  assert.deepEqual(kinds, [
    '1 apiVersion: is "herald/v2"; allowed: herald/v1',
    `2 kind: is "Chanel" (did you mean Channel?); ${allowed}`,
    `5 kind: "Enricher" is not supported yet; ${allowed}`,
    '7 apiVersion: is missing; allowed: herald/v1',
    `7 kind: is ["a"]; ${allowed}`,
    '9 : is ["a"]; allowed: a resource with apiVersion, kind, metadata and spec',
    '11 : is "just text"; allowed: a resource with apiVersion, kind, metadata and spec',
  ]);
  await only('format: alertmanger', 'Source', /did you mean alertmanager\?/);
  await only(
    'format: herald\nauth: { type: oauth }',
    'Source',
    /^6 spec\.auth\.type: is "oauth"; allowed: none, api-key, bearer, basic/,
  );
  await only('type: slak', 'Channel', /^5 spec\.type: is "slak"; allowed: console, spread, hook/);
  await only('format: 5', 'Source', /^5 spec\.format: is 5 \(number\); allowed: alertmanager/);
});

test('[BR-CFG-002] a wrong apiVersion does not hide what else is wrong', async () => {
  const text = resource('Route', 'x', 'groupWait: soon').replace('v1', 'v2');
  assert.deepEqual(await problemsOf({ 'a.yaml': text }), [
    '1 apiVersion: is "herald/v2"; allowed: herald/v1',
    '5 spec.receivers: is missing; allowed: a list with at least one of channel/NAME, user/NAME, team/NAME, schedule/NAME, audience/NAME',
    '5 spec.groupWait: is "soon"; allowed: a duration such as 30s, 5m, 4h or 1h30m',
  ]);
});

test('a bad matcher or regular expression is named with the cause', async () => {
  await route('matchers: ["severity"]', /^6 spec\.matchers\[0\]: is "severity": .*allowed: one of = != =~ !~/);
  await route('matchers: [a=b, "ns=~\\"(x\\""]', /^6 spec\.matchers\[1\]: .*missing \)/);
  await route('matchers: ["ns=~\\"a)|(b\\""]', /^6 spec\.matchers\[0\]: .*unexpected \)/);
  await policy(
    'environments:\n  - name: staging\n    patterns: [ok, "(?<=x)y"]',
    /^7 spec\.environments\[0\]\.patterns\[1\]: is "\(\?<=x\)y", which RE2 refuses: invalid perl operator/,
  );
  await policy('environments: [{ name: staging, patterns: [] }]', /^5 spec\.environments\[0\]\.patterns: is \[\]; /);
  await policy(
    'environments: [{ name: prod, patterns: [a] }]',
    /^5 spec\.environments\[0\]\.name: is "prod".*allowed: production, staging/,
  );
  await policy('environments: [{ name: staging, patterns: [a], priority: P9 }]', /priority: is "P9".*allowed: P1, P2/);
});

test('durations are positive where nothing may happen without a pause', async () => {
  await setOf({ 'a.yaml': consoleChannel() + resource('Route', 'r', 'groupWait: 0s\nreceivers: [channel/console]') });
  await route('groupInterval: 0s', /^6 spec\.groupInterval: is "0s"; allowed: a duration .*longer than 0/);
  await route('repeatInterval: -4h', /^6 spec\.repeatInterval: is "-4h"/);
  await route('groupWait: 30', /^6 spec\.groupWait: is 30 \(number\); allowed: a duration such as 30s/);
  await only(
    'type: console\nretry: { initial: 10m }',
    'Channel',
    /^6 spec\.retry: has an initial wait of 600000 ms, longer than its max/,
  );
  await only(
    'type: console\nretry: { maxAttempts: 0 }',
    'Channel',
    /^6 spec\.retry\.maxAttempts: is 0 \(number\); must be >= 1/,
  );
});

test('receivers must be there, well formed and of the same tenant', async () => {
  await only(
    'groupWait: 1s',
    'Route',
    /^5 spec\.receivers: is missing; allowed: a list with at least one of channel\/NAME, user\/NAME/,
  );
  await only('receivers: []', 'Route', /^5 spec\.receivers: is \[\]/);
  await only('receivers: [console]', 'Route', /^5 spec\.receivers\[0\]: is "console"; allowed: channel\/NAME/);
  await route(
    'routes: [{ receivers: [channel/consle] }]',
    /^6 spec\.routes\[0\]\.receivers\[0\]: is "channel\/consle", but tenant default has no such Channel \(did you mean console\?\); allowed: channel\/console/,
  );
  const elsewhere = { 'a.yaml': consoleChannel('other') + resource('Route', 'r', 'receivers: [channel/console]') };
  assert.match((await problemsOf(elsewhere))[0]!, /tenant default has no such Channel; it has none/);
});

test('a reference to a channel that is wrong elsewhere is not reported as well', async () => {
  const broken = resource('Channel', 'hook', 'type: hook\nurl: ftp://x');
  const problems = await problemsOf({ 'a.yaml': broken + resource('Route', 'r', 'receivers: [channel/hook]') });
  assert.deepEqual(problems, ['6 spec.url: is "ftp://x"; allowed: an http or https URL']);
});

test('names are DNS labels, once per kind and tenant, and sources once over all tenants', async () => {
  for (const name of ['A', 'a.b', 'a_b', '-a', 'a-', 'a'.repeat(64), '"a b"', '"*"', '">"']) {
    const problems = await problemsOf({ 'a.yaml': resource('Channel', name, 'type: console') });
    assert.match(problems.join(), /^3 metadata\.name: is .*allowed: at most 63 lower-case letters/, name);
  }
  assert.match((await problemsOf({ 'a.yaml': consoleChannel('"a.b"') })).join(), /^3 metadata\.tenant: is "a\.b"/);
  const twice = await problemsOf({ 'a.yaml': consoleChannel() + consoleChannel() });
  assert.match(
    twice.join(),
    /^9 metadata\.name: is "console", but tenant default has a Channel of that name in .*a\.yaml:3$/,
  );
  const source = (tenant: string) => resource('Source', 's', 'format: herald', tenant);
  const shared = await problemsOf({ 'a.yaml': source('one'), 'b.yaml': source('two') });
  assert.match(
    shared.join(),
    /^3 metadata\.name: is "s", which is a Source of tenant one in .*a\.yaml:3; source names are unique/,
  );
  const named = (name: string) => resource('EnvironmentPolicy', name, 'environments: []');
  assert.match(
    (await problemsOf({ 'a.yaml': named('p') + named('q') })).join(),
    /is a second EnvironmentPolicy of tenant default/,
  );
});

test('two environments that claim one pattern, or one environment declared twice, are refused', async () => {
  const both = 'environments:\n  - { name: production, patterns: [a, b] }\n  - { name: staging, patterns: [c, b] }';
  await policy(
    both,
    /^7 spec\.environments\[1\]\.patterns\[1\]: is "b", which production claims too at spec\.environments\[0\]\.patterns\[1\]/,
  );
  await policy(
    'environments: [{ name: staging, patterns: [a] }, { name: staging, patterns: [b] }]',
    /declared at spec\.environments\[0\] already/,
  );
});

test('broken YAML, tabs, duplicate keys and unknown tags are told with their line', async () => {
  const cases: [string, RegExp][] = [
    ['a: b\nc: [1, 2\nd: e\n', /^[34] : is not good YAML/],
    ['a:\n\tb: c\n', /^2 : is not good YAML: a tab; indent with spaces/],
    ['a: 1\na: 2\n', /^2 : is not good YAML: Map keys must be unique/],
    ['a: 1\n---\nb: !secret x\n', /^3 : is not good YAML: Unresolved tag/],
    ['a: *nowhere\n', /Unresolved alias/],
  ];
  for (const [text, expected] of cases) {
    const problems = await problemsOf({ 'a.yaml': text });
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `${JSON.stringify(text)}: ${problems.join(' | ')}`,
    );
  }
});

test('bytes that are no UTF-8 are told with their line', async () => {
  const problems = await problemsOf({ 'a.yaml': Buffer.from('# fine\n# gr\xfc\xdf\n', 'latin1') });
  assert.deepEqual(problems, ['2 : is not UTF-8; save it as UTF-8']);
});

test('files made to hurt are problems, not crashes', async () => {
  const bomb = Array.from({ length: 12 }, (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1},`.repeat(10)}]`).join(
    '\n',
  );
  assert.match((await problemsOf({ 'a.yaml': bomb })).join(), /cannot be read as YAML: .*alias/i);
  const endless = resource('Route', 'root', '&tree\nreceivers: [channel/c]\nroutes:\n  - *tree').replace(
    'spec:\n',
    'spec:',
  );
  const [cycle] = await problemsOf({ 'a.yaml': endless });
  assert.match(cycle ?? '', /^\d+ spec\.routes\[0\]: stands for something that it is itself a part of.*allowed: /);
  const shared = resource(
    'Route',
    'root',
    'receivers: &c [channel/c]\nroutes:\n  - { receivers: *c }\n  - { receivers: *c }',
  );
  assert.doesNotMatch((await problemsOf({ 'a.yaml': shared })).join(), /itself a part/, 'an alias alone is no cycle');
  for (const nested of ['[', '{a: ', '- ', '? ', '&a [ # \n']) {
    const [problem] = await problemsOf({ 'a.yaml': `a: 1\n---\n${nested.repeat(50_000)}` });
    assert.match(problem ?? '', /^\d+ : cannot be read as YAML: it is nested more than 100 deep$/, nested);
  }
  const many = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n');
  assert.match((await problemsOf({ 'a.yaml': `${many}\nk7: 2\n` }))[0] ?? '', /^20001 : .*Map keys must be unique/);
  assert.match(
    (await problemsOf({ 'a.yaml': `a: ${'x'.repeat(5_000_000)}` })).join(),
    /^0 : has \d+ bytes; allowed: 4194304/,
  );
  const proto = resource('Source', 'x', 'format: herald\n__proto__: { maxBodyBytes: 5 }\nconstructor: 1');
  assert.equal((await problemsOf({ 'a.yaml': proto })).length, 2);
});

test('whatever a file holds, loading it ends in a set or in problems with their file', async () => {
  const piece = fc.constantFrom(
    'apiVersion: herald/v1\n',
    'kind: Route\n',
    'metadata:\n',
    'spec:\n',
    '  name: a\n',
    '  - x\n',
    '---\n',
    '? ',
    ': ',
    '&a ',
    '*a ',
    '\t',
    '"',
    '{',
    ']',
    '\0',
    '|\n',
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
    fc.string({ maxLength: 60 }),
  );
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      const result = await load({ 'a.yaml': content });
      assert.ok(result.ok || result.problems.every((problem) => problem.file !== '' && problem.message !== ''));
    }),
    { numRuns: 200 },
  );
});

test('a missing, empty, barren or unreadable directory is a problem with its name', async () => {
  const options = { channelTypes, env: {} };
  const messageOf = async (dir: string) => {
    const result = await loadResources(dir, options);
    assert.ok(!result.ok);
    assert.ok(result.problems.every((problem) => problem.file.startsWith(dir)));
    return result.problems.map((problem) => problem.message).join();
  };
  const dir = tempConfig({ 'comment.yaml': '# nothing\n', 'sub/x.txt': '' });
  assert.match(await messageOf(join(dir, 'gone')), /^does not exist; allowed: a directory/);
  assert.match(await messageOf(join(dir, 'comment.yaml')), /^is not a directory/);
  assert.match(await messageOf(join(dir, 'sub')), /^holds no \*\.yaml or \*\.yml file/);
  assert.match(await messageOf(dir), /^declares nothing/);
  symlinkSync('/nowhere/x.yaml', join(dir, 'dangling.yaml'));
  assert.match(await messageOf(dir), /^does not exist; allowed: a readable file/);
});

test('a file that may not be read is a problem', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async () => {
  const dir = tempConfig({ 'a.yaml': consoleChannel(), 'b.yaml': '' });
  chmodSync(join(dir, 'b.yaml'), 0);
  const result = await loadResources(dir, { channelTypes });
  assert.ok(!result.ok);
  assert.match(result.problems[0]!.message, /may not be read by this user/);
});

test('links that lead in a circle end, and files behind links are read once', async () => {
  const dir = tempConfig({ 'real/a.yaml': consoleChannel() });
  mkdirSync(join(dir, 'sub'));
  symlinkSync(dir, join(dir, 'sub', 'up'));
  symlinkSync(join(dir, 'real'), join(dir, 'sub', 'again'));
  const result = await loadResources(dir, { channelTypes });
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(result.set.files.length, 1);
});

test('[BR-WH-012] all problems of all files come in one answer, two hundred at most and the number of the rest', async () => {
  const wrong = Array.from({ length: 150 }, (_, i) => resource('Source', `s${i}`, 'format: nothing')).join('');
  const dir = tempConfig({ 'a.yaml': wrong, 'b.yaml': wrong.replaceAll('name: s', 'name: t'), 'c.yaml': '[' });
  writeFileSync(join(dir, 'd.yaml'), wrong.replaceAll('name: s', 'name: u'));
  const result = await loadResources(dir, { channelTypes });
  assert.ok(!result.ok);
  assert.equal(result.problems.length, 200);
  assert.ok(result.omitted >= 251);
});

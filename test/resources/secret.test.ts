import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadResources } from '../../resources/load.ts';
import { channelTypes, problemsOf, resource, setOf, tempConfig, writeFiles } from './temp-config.ts';

const hook = (fields: string) => resource('Channel', 'hook', `type: hook\nurl: http://x\n${fields}`);
const bearer = (token: string) => resource('Source', 's', `format: herald\nauth: { type: bearer, token: ${token} }`);

test('[BR-SEC-014] secrets come from the environment and from files, without the line end of the file', async () => {
  const set = await setOf(
    {
      'a.yaml':
        hook('secret: { file: keys/hook }\nheaders: { A: plain, B: { env: B_TOKEN } }') + bearer('{ env: TOKEN }'),
      'keys/hook': 'whsec_abc\n',
    },
    { env: { TOKEN: 't0ken', B_TOKEN: 'b0' } },
  );
  assert.deepEqual(set.channels.get('default/hook')!.options, {
    url: 'http://x',
    secret: 'whsec_abc',
    headers: { A: 'plain', B: 'b0' },
  });
  assert.deepEqual(set.sources.get('s')!.auth, { type: 'bearer', tokens: ['t0ken'] });
});

test('[BR-SEC-014] a missing secret names the variable or the file', async () => {
  const dir = tempConfig({
    'a.yaml': hook('secret: { file: gone }\nheaders: { A: { env: UNSET }, B: { env: EMPTY }, C: { file: dir } }'),
  });
  mkdirSync(join(dir, 'dir'));
  const result = await loadResources(dir, { channelTypes, env: { EMPTY: ' ' } });
  assert.ok(!result.ok);
  assert.deepEqual(
    result.problems.map(({ line, path, message }) => `${line} ${path}: ${message}`),
    [
      `7 spec.secret: secret file ${join(dir, 'gone')} cannot be read: ENOENT`,
      '8 spec.headers.A: environment variable UNSET is not set',
      '8 spec.headers.B: environment variable EMPTY is empty',
      `8 spec.headers.C: secret file ${join(dir, 'dir')} is not a plain file`,
    ],
  );
});

test('[BR-SEC-014] a secret that stands in a resource is refused and not repeated', async () => {
  for (const token of ['hunter2', '{ value: hunter2 }', '{ env: 5, file: hunter2 }', '[hunter2]']) {
    const problems = await problemsOf({ 'a.yaml': bearer(token) });
    assert.deepEqual(problems, [
      '6 spec.auth.token: is no reference to a secret; allowed: a reference to a secret, { env: NAME }, { file: PATH } or { secret: NAME }',
    ]);
  }
  assert.match(
    (await problemsOf({ 'a.yaml': hook('secret: hunter2') })).join(),
    /^7 spec\.secret: is no reference to a secret/,
  );
});

test('bearer needs a token, and none takes no token', async () => {
  const source = (auth: string) => ({ 'a.yaml': resource('Source', 's', `format: herald\nauth: ${auth}`) });
  assert.match(
    (await problemsOf(source('{ type: bearer }'))).join(),
    /^6 spec\.auth\.token: is missing; type bearer needs a token/,
  );
  const extra = await problemsOf(source('{ type: none, token: { env: T } }'), { env: { T: 'x' } });
  assert.match(extra.join(), /^6 spec\.auth\.token: does not belong to type none/);
});

test('[BR-SEC-005] no hash depends on a secret, but a rotated secret counts as a change', async () => {
  const dir = tempConfig({ 'a.yaml': bearer('{ file: token }'), token: 'one' });
  const before = await loadResources(dir, { channelTypes });
  writeFiles(dir, { token: 'two' });
  const after = await loadResources(dir, { channelTypes });
  assert.ok(before.ok && after.ok);
  assert.equal(after.set.hash, before.set.hash);
  assert.notEqual(after.fingerprint, before.fingerprint);
  assert.ok(before.directories.includes(dir));
});

/** Authorities that a Source or an Access trusts: what is no certificate is said at the check, not at the first token. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../support/source-tree.ts';
import { problemsOf, resource, setOf } from './temp-config.ts';

const CA = read('test/fixtures/tls/ca.pem');
const OTHER = read('test/fixtures/tls/client-ca.pem');
const JWT = 'jwksUrl: https://login.example/keys, issuer: https://login.example, audience: herald';
const source = resource('Source', 'events', `format: herald\nauth: { type: jwt, ${JWT}, ca: { file: ca.pem } }`);
const access = resource(
  'Access',
  'sso',
  `jwt: { ${JWT}, ca: { file: ca.pem }, grants: [{ claim: g, values: [a], roles: [viewer], tenants: ['*'] }] }`,
);

test('[BR-SEC-001] one authority, or several, as they stand in the file', async () => {
  for (const pem of [CA, CA + OTHER, `a comment\n${CA}`]) {
    const set = await setOf({ 'a.yaml': source, 'ca.pem': pem });
    const auth = set.sources.get('events')?.auth;
    assert.equal(auth?.type === 'jwt' ? auth.ca : null, pem.trim());
  }
});

test('[BR-CFG-002] a file that holds no certificate, or one that cannot be read, is named', async () => {
  const broken = CA.replace(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA');
  for (const [pem, expected] of [
    ['-----BEGIN PRIVATE KEY-----', /: holds no certificate; allowed: one or several in PEM$/],
    [broken, /: holds a certificate, the 1\. of 1, that cannot be read; allowed/],
    [CA + broken, /: holds a certificate, the 2\. of 2, that cannot be read; allowed/],
  ] as const) {
    for (const [yaml, place] of [
      [source, /^6 spec\.auth\.ca/],
      [access, /^5 spec\.jwt\.ca/],
    ] as const) {
      const problems = await problemsOf({ 'a.yaml': yaml, 'ca.pem': pem });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0]!, place);
      assert.match(problems[0]!, expected);
      assert.ok(!problems[0]!.includes('AAAA'), 'what a secret holds is never shown');
    }
  }
});

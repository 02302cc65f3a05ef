import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Value from 'typebox/value';
import { type EmailOptions, emailOptions } from '../../../channels/email/options.ts';
import { emailSettings } from '../../../channels/email/settings.ts';
import { CHANNEL_TYPES } from '../../../channels/registry.ts';
import { InvalidChannelOptions } from '../../../channels/sender.ts';
import type { SchemaNode } from '../../../resources/schema-walk.ts';
import { resolveSecrets } from '../../../resources/secret.ts';
import { aContext } from '../../support/sender-context.ts';

const LEAST = { host: 'mail.example.com', from: 'herald@example.com' };
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const accepts = (options: unknown) => Value.Check(emailOptions, options);

test('[BR-NOT-001] what an operator may declare of an email channel', () => {
  assert.ok(accepts(LEAST));
  assert.ok(
    accepts({
      ...LEAST,
      port: 465,
      security: 'tls',
      auth: { type: 'plain', user: 'herald', password: { env: 'SMTP_PASSWORD' } },
      tls: { caFile: '/etc/ca.pem', certFile: '/etc/herald.pem', keyFile: '/etc/herald.key' },
      serverName: 'mail.internal',
      to: ['Ops <ops@example.com>'],
      replyTo: 'ops@example.com',
      bounceTo: 'bounces@example.com',
      unsubscribeUrl: 'https://herald.example/preferences',
      dkim: { domain: 'example.com', selector: 'herald', privateKey: { file: '/run/secrets/dkim' } },
      heloName: 'herald.example.com',
      timeout: '20s',
      maxConnections: 10,
      maxHtml: 50_000,
    }),
  );
});

test('[BR-NOT-001] what is refused before anything is sent', () => {
  const auth = { type: 'plain', user: 'herald' };
  for (const wrong of [
    { host: 'mail.example.com' },
    { ...LEAST, host: 'smtp://mail.example.com' },
    { ...LEAST, security: 'ssl' },
    { ...LEAST, auth: { ...auth, password: 'in plain sight' } },
    { ...LEAST, auth: { type: 'cram-md5', user: 'a', password: { env: 'A' } } },
    { ...LEAST, to: [] },
    { ...LEAST, dkim: { domain: 'example.com', selector: 'a b', privateKey: { env: 'A' } } },
    { ...LEAST, unsubscribeUrl: 'https://x.example/\r\nBcc: a@b.c' },
    { ...LEAST, timeout: 5 },
  ]) {
    assert.equal(accepts(wrong), false, JSON.stringify(wrong));
  }
});

test('[BR-NOT-001] what shows only when files and secrets are read is told with its path', () => {
  const cases: readonly (readonly [Partial<EmailOptions>, string])[] = [
    [{ from: 'herald' }, 'from'],
    [{ from: 'Herald\r\nBcc: x@y.z <herald@example.com>' }, 'from'],
    [{ to: ['ops@example.com', 'a@b.c, d@e.f'] }, 'to[1]'],
    [{ replyTo: 'nobody' }, 'replyTo'],
    [{ bounceTo: 'Bounces <bounces@example.com>' }, 'bounceTo'],
    [{ timeout: '1h' }, 'timeout'],
    [{ auth: { type: 'plain', user: 'a', password: 'b\0c' } }, 'auth.password'],
    [{ tls: { caFile: '/does/not/exist.pem' } }, 'tls.caFile'],
    [{ tls: { certFile: fixture('client.pem') } }, 'tls.keyFile'],
    [{ dkim: { domain: 'example.com', selector: 's', privateKey: 'no key' } }, 'dkim.privateKey'],
  ];
  for (const [options, path] of cases) {
    const make = () => CHANNEL_TYPES.email?.create({ ...LEAST, ...options }, aContext());
    assert.throws(make, (error) => error instanceof InvalidChannelOptions && error.path === path, path);
  }
});

test('[BR-NOT-001] the port follows from the security unless it is said', () => {
  const port = (options: Partial<EmailOptions>) => emailSettings({ ...LEAST, ...options }).port;
  assert.deepEqual(
    [
      port({}),
      port({ security: 'tls' }),
      port({ security: 'opportunistic' }),
      port({ security: 'none' }),
      port({ port: 2525 }),
    ],
    [587, 465, 25, 25, 2525],
  );
});

test('[BR-NOT-001] secrets stand resolved wherever the options take one, in each form of a login', () => {
  const source = {
    env: { A: 'secret-a', B: 'secret-b', C: 'secret-c' },
    stored: () => null,
    declaredIn: '/etc/herald/x.yaml',
  };
  const declared = (auth: object) => ({
    ...LEAST,
    auth,
    imap: { host: 'imap.example.com', auth: { user: 'a', password: { env: 'B' } }, replyKey: { env: 'C' } },
  });
  const resolved = (auth: object) =>
    resolveSecrets(emailOptions as unknown as SchemaNode, declared(auth), source).value as EmailOptions;
  const plain = resolved({ type: 'plain', user: 'a', password: { env: 'A' } });
  assert.deepEqual(plain.auth, { type: 'plain', user: 'a', password: 'secret-a' });
  assert.deepEqual(plain.imap?.auth, { user: 'a', password: 'secret-b' });
  assert.equal(plain.imap?.replyKey, 'secret-c');
  const token = resolved({ type: 'xoauth2', user: 'a', accessToken: { env: 'A' } });
  assert.deepEqual(token.auth, { type: 'xoauth2', user: 'a', accessToken: 'secret-a' });
});

import assert from 'node:assert/strict';
import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Target } from '../../../channels/email/connect.ts';
import type { EmailOptions } from '../../../channels/email/options.ts';
import { createEmailSender } from '../../../channels/email/send.ts';
import type { Lookup } from '../../../channels/guarded-lookup.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification } from '../../support/notification.ts';
import { type SmtpBehaviour, startSmtp } from '../../support/providers/smtp.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;
const file = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const caFile = file('ca.pem');

async function setUp(behaviour: SmtpBehaviour, options: Partial<EmailOptions> = {}, target: Partial<Target> = {}) {
  const smtp = await startSmtp(behaviour);
  const declared: EmailOptions = {
    host: '127.0.0.1',
    port: smtp.port,
    allowPrivateAddresses: true,
    from: 'herald@example.com',
    to: ['ops@example.org'],
    tls: { caFile },
    ...options,
  };
  const sender = createEmailSender(declared, aContext(), target);
  atEnd(() => sender.close());
  return { smtp, sender, send: () => sender.send(aNotification(), 1, never, null) };
}

const answering =
  (address: string): Lookup =>
  (_hostname, _options, done) =>
    done(null, [{ address, family: 4 }]);

for (const security of ['starttls', 'tls', 'opportunistic'] as const) {
  test(`[BR-SEC-002] with security: ${security} a mail crosses the network encrypted, to a server that proved its name`, async () => {
    const offered = security === 'tls' ? 'tls' : 'starttls';
    const { smtp, send } = await setUp(
      { security: offered },
      { security, host: 'receiver.test' },
      { lookup: answering('127.0.0.1') },
    );
    const outcome = await send();
    assert.equal(outcome.kind, 'delivered', outcome.detail);
    const [mail] = await smtp.received(1);
    assert.equal(mail?.secure, true);
  });
}

test('[BR-SEC-002] a server without STARTTLS gets nothing where it is required', async () => {
  const { smtp, send } = await setUp({ security: 'none' });
  const outcome = await send();
  assert.equal(outcome.kind, 'rejected');
  assert.match(outcome.detail, /^STARTTLS: 5/);
  assert.equal(smtp.mails.length, 0);
});

test('[BR-SEC-002] opportunistic means in the clear where a server has no STARTTLS', async () => {
  const { smtp, send } = await setUp({ security: 'none' }, { security: 'opportunistic' });
  assert.equal((await send()).kind, 'delivered');
  assert.equal((await smtp.received(1))[0]?.secure, false);
});

const UNTRUSTED: readonly (readonly [string, SmtpBehaviour, Partial<EmailOptions>, RegExp])[] = [
  ['of nobody known', {}, { tls: {} }, /unable to verify|self-signed/],
  ['that has expired', { certificate: 'expired' }, { tls: { caFile: file('expired.pem') } }, /expired/],
  ['of another host', {}, { host: 'other.test' }, /other\.test/],
];
for (const security of ['starttls', 'tls'] as const) {
  for (const [what, behaviour, options, detail] of UNTRUSTED) {
    test(`[BR-SEC-002] [BR-ERR-001] with security: ${security} a certificate ${what} ends the attempt before the mail`, async () => {
      const lookup = answering('127.0.0.1');
      const { smtp, send } = await setUp({ security, ...behaviour }, { security, ...options }, { lookup });
      const outcome = await send();
      assert.equal(outcome.kind, 'retry');
      assert.match(outcome.detail, detail);
      assert.equal(outcome.failure?.type, 'tls');
      assert.equal(smtp.mails.length, 0);
    });
  }
}

test('[BR-SEC-003] a server that asks for a certificate is shown that of the channel', async () => {
  const clientCa = readFileSync(file('client-ca.pem'), 'utf8');
  const tls = { caFile, certFile: file('client.pem'), keyFile: file('client.key') };
  const shown = await setUp({ security: 'tls', clientCa }, { security: 'tls', tls });
  const outcome = await shown.send();
  assert.equal(outcome.kind, 'delivered', outcome.detail);
  const without = await setUp({ security: 'tls', clientCa }, { security: 'tls' });
  assert.equal((await without.send()).kind, 'retry');
});

const LOGINS = [
  [{ type: 'plain', user: 'herald', password: 'correct horse' }, 'PLAIN'],
  [{ type: 'login', user: 'herald', password: 'correct horse' }, 'LOGIN'],
  [{ type: 'xoauth2', user: 'herald', accessToken: 'token-1' }, 'XOAUTH2'],
] as const;
for (const [auth, method] of LOGINS) {
  test(`[BR-INT-009] [BR-ERR-001] it logs in by ${method}; wrong credentials are not tried again`, async () => {
    const login: SmtpBehaviour['login'] = ({ method: by, username, password, accessToken }) =>
      by === method && username === 'herald' && (password ?? accessToken) === Object.values(auth)[2]
        ? null
        : { code: 535, text: '5.7.8 wrong credentials' };
    const { smtp, send } = await setUp({ security: 'starttls', login }, { auth });
    const outcome = await send();
    assert.equal(outcome.kind, 'delivered', outcome.detail);
    assert.equal((await smtp.received(1))[0]?.user, 'herald');
    const wrong = Object.fromEntries(Object.entries(auth).map(([name, value], at) => [name, at === 2 ? 'x' : value]));
    const other = await setUp({ security: 'starttls', login }, { auth: wrong as EmailOptions['auth'] & object });
    const refused = await other.send();
    assert.equal(refused.kind, 'rejected');
    assert.match(refused.detail, /^login: .*535/);
    assert.equal(refused.failure?.type, 'credentials');
  });
}

test('[BR-REL-006] a login that the server cannot check now is tried again', async () => {
  const login = () => ({ code: 454, text: '4.7.0 Temporary authentication failure' });
  const auth = { type: 'plain', user: 'herald', password: 'x' } as const;
  const { send } = await setUp({ security: 'starttls', login }, { auth });
  assert.equal((await send()).kind, 'retry');
});

test('[BR-SEC-002] credentials with a security that could leave them in the clear are refused when the channel is made', () => {
  const auth = { type: 'plain', user: 'herald', password: 'x' } as const;
  for (const security of ['none', 'opportunistic'] as const) {
    const make = () =>
      createEmailSender({ host: 'mail.example.com', from: 'a@example.com', security, auth }, aContext());
    assert.throws(make, { code: 'INVALID_CHANNEL_OPTIONS', path: 'auth' });
  }
});

test('[BR-SEC-001] a host with a private address is not connected to unless the channel allows it, whatever its name', async () => {
  for (const [host, lookup] of [
    ['127.0.0.1', answering('203.0.113.1')],
    ['mail.example.com', answering('10.1.2.3')],
    ['mail.example.com', answering('169.254.169.254')],
  ] as const) {
    const { smtp, sender, send } = await setUp({}, { host, allowPrivateAddresses: false }, { lookup });
    const outcome = await send();
    assert.equal(outcome.kind, 'rejected');
    assert.match(outcome.detail, /address; spec\.allowPrivateAddresses: true would allow it/);
    assert.equal((await sender.probe?.(never))?.kind, 'failed');
    assert.equal(smtp.connections, 0);
  }
});

test('[BR-SEC-001] [BR-ERR-001] a name that DNS does not know is tried again', async () => {
  const lookup: Lookup = (hostname, _options, done) =>
    done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), []);
  const { send } = await setUp({}, { host: 'mail.example.invalid' }, { lookup });
  const outcome = await send();
  assert.equal(outcome.kind, 'retry');
  assert.match(outcome.detail, /ENOTFOUND mail\.example\.invalid/);
  assert.deepEqual(outcome.failure, { type: 'dns', host: 'mail.example.invalid' });
});

test('[BR-INT-009] mails are signed by DKIM: headers and body stand as they were signed', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const dkim = { domain: 'example.com', selector: 'herald', privateKey: pem };
  const { smtp, send } = await setUp({ security: 'starttls' }, { dkim });
  assert.equal((await send()).kind, 'delivered');
  const [mail] = await smtp.received(1);
  const { tags, signed, body } = readSignature(mail?.source ?? '');
  assert.equal(tags.get('d'), 'example.com');
  assert.equal(tags.get('s'), 'herald');
  assert.equal(tags.get('bh'), createHash('sha256').update(body).digest('base64'));
  assert.ok(
    createVerify('RSA-SHA256')
      .update(signed)
      .verify(publicKey, tags.get('b') ?? '', 'base64'),
  );
  for (const name of ['from', 'subject', 'message-id', 'references']) {
    assert.ok(tags.get('h')?.toLowerCase().split(':').includes(name), `${name} is signed`);
  }
});

/** By RFC 6376, "relaxed/relaxed". */
function readSignature(source: string) {
  const split = source.indexOf('\r\n\r\n');
  const fields = source.slice(0, split).split(/\r\n(?![ \t])/);
  const relaxed = (field: string) => {
    const colon = field.indexOf(':');
    const value = field
      .slice(colon + 1)
      .replace(/\r\n/g, '')
      .replace(/[ \t]+/g, ' ')
      .trim();
    return `${field.slice(0, colon).toLowerCase().trim()}:${value}`;
  };
  const signature = fields.find((field) => /^dkim-signature:/i.test(field)) ?? '';
  const tags = new Map(
    signature
      .slice(signature.indexOf(':') + 1)
      .split(';')
      .map((tag) => tag.replace(/\s+/g, ''))
      .filter((tag) => tag.includes('='))
      .map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)] as const),
  );
  const named = (tags.get('h') ?? '').split(':');
  const headers = named.flatMap((name) =>
    fields.filter((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`)),
  );
  const own = relaxed(signature).replace(/(;\s*b=)[^;]*$/, '$1');
  const body = source
    .slice(split + 4)
    .replace(/[ \t]+(?=\r\n)/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/(\r\n)*$/, '\r\n');
  return { tags, signed: [...headers.map(relaxed), own].join('\r\n'), body };
}

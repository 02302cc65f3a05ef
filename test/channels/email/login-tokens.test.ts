/** Logins by OAuth 2.0 at a mail server and at a mailbox: tokens are fetched, kept, and renewed when they are refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSession } from '../../../channels/email/inbox/mailbox.ts';
import { inboxSettings } from '../../../channels/email/inbox/settings.ts';
import { loginTokens } from '../../../channels/email/login-tokens.ts';
import type { EmailOptions } from '../../../channels/email/options.ts';
import { createEmailSender } from '../../../channels/email/send.ts';
import { findInstalled } from '../../end-to-end/installed-program.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification } from '../../support/notification.ts';
import { startDovecot } from '../../support/providers/dovecot.ts';
import { startSmtp } from '../../support/providers/smtp.ts';
import { type Answer, type ReceivedRequest, startReceiver } from '../../support/receiver.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;
const caFile = fileURLToPath(new URL('../../fixtures/tls/ca.pem', import.meta.url));
const program = findInstalled('dovecot');
const json = (status: number, body: object): Answer => ({
  kind: 'reply',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Hands out tokens (RFC 6749) and says which of them is good (RFC 7662). */
async function startTokens() {
  const state = { given: 0, good: '', down: false };
  const answer = ({ path, body }: ReceivedRequest): Answer => {
    const form = new URLSearchParams(body);
    if (path === '/introspect') return json(200, { active: form.get('token') === state.good, username: 'herald' });
    if (state.down) return json(503, { error: 'temporarily_unavailable' });
    if (form.get('grant_type') !== 'refresh_token' || form.get('refresh_token') !== 'r1')
      return json(400, { error: 'invalid_grant' });
    state.good = `token-${++state.given}`;
    return json(200, { access_token: state.good, token_type: 'Bearer', expires_in: 3600 });
  };
  const server = await startReceiver({ script: answer });
  const origin = new URL(server.url).origin;
  const oauth = { tokenUrl: `${origin}/token`, clientId: 'herald', clientSecret: 'a secret\n', refreshToken: 'r1' };
  return { state, server, origin, oauth };
}

async function setUp(change: object = {}) {
  const tokens = await startTokens();
  const logins: string[] = [];
  const smtp = await startSmtp({
    security: 'starttls',
    login({ method, username, accessToken }) {
      logins.push(`${method} ${username} ${accessToken}`);
      return accessToken === tokens.state.good ? null : { code: 535, text: '5.7.8 token is not valid' };
    },
  });
  const options: EmailOptions = {
    ...{ host: '127.0.0.1', port: smtp.port, allowPrivateAddresses: true, tls: { caFile }, maxConnections: 1 },
    ...{ from: 'herald@example.com', to: ['ops@example.org'] },
    auth: { type: 'xoauth2', user: 'herald', oauth: { ...tokens.oauth, ...change } },
  };
  const sender = createEmailSender(options, aContext());
  atEnd(() => sender.close());
  return { ...tokens, smtp, logins, sender, send: () => sender.send(aNotification(), 1, never, null) };
}

test('[BR-INT-010] a mail server is logged in to by a token that was fetched, once for all connections', async () => {
  const { smtp, logins, sender, send, state } = await setUp();
  const outcome = await send();
  assert.equal(outcome.kind, 'delivered', outcome.detail);
  assert.deepEqual(logins, ['XOAUTH2 herald token-1']);
  assert.equal((await sender.probe?.(never))?.kind, 'healthy');
  assert.equal(logins.length, 2);
  assert.equal(state.given, 1);
  assert.equal((await smtp.received(1))[0]?.user, 'herald');
});

test('[BR-INT-010] a token that the mail server refuses is renewed, and the mail goes out', async () => {
  const { logins, sender, send, state } = await setUp();
  assert.equal((await sender.probe?.(never))?.kind, 'healthy');
  state.good = 'another, for it was revoked';
  assert.equal((await send()).kind, 'delivered');
  assert.deepEqual(logins.slice(1), ['XOAUTH2 herald token-1', 'XOAUTH2 herald token-2']);
});

test('[BR-ERR-002] no token for now is waited for; none for good is a refusal that says so', async () => {
  const late = await setUp();
  late.state.down = true;
  assert.deepEqual(await late.send(), {
    kind: 'retry',
    detail: `no token from ${new URL(late.origin).host}: HTTP 503 temporarily_unavailable`,
    notBefore: null,
    failure: { type: 'server', host: '127.0.0.1' },
  });
  assert.equal((await late.sender.probe?.(never))?.kind, 'degraded');
  const wrong = await setUp({ refreshToken: 'r0' });
  const outcome = await wrong.send();
  assert.equal(outcome.kind, 'rejected');
  assert.equal('failure' in outcome && outcome.failure?.type, 'credentials');
  assert.match(outcome.detail, /^no token from .*invalid_grant$/);
  assert.equal((await wrong.sender.probe?.(never))?.kind, 'failed');
  assert.deepEqual(wrong.logins, []);
});

test('[BR-INT-009] [BR-INT-010] a mailbox is logged in to by a token, and by a new one once it was refused', {
  skip: program === null ? 'no Dovecot is installed' : false,
}, async () => {
  const { state, origin, oauth } = await startTokens();
  const dovecot = await startDovecot(program ?? '', { introspection: `${origin}/introspect` });
  const logins = loginTokens({ allowPrivateAddresses: true, timeout: 10_000 }, aContext());
  atEnd(() => logins.close());
  const declared = { user: 'herald', oauth };
  const { mailbox } = inboxSettings(
    { host: '127.0.0.1', port: dovecot.port, auth: declared, tls: { caFile }, replyKey: 'a key of more than 16' },
    logins,
  );
  const open = () => openSession(mailbox, { allowPrivateAddresses: true }, never);
  (await open()).close();
  state.good = 'another, for it was revoked';
  await assert.rejects(open(), { authenticationFailed: true });
  (await open()).close();
  assert.equal(state.given, 2);
  state.down = true;
  state.good = 'another again';
  await assert.rejects(open(), { authenticationFailed: true });
  await assert.rejects(open(), { code: 'NO_TOKEN', message: /HTTP 503 temporarily_unavailable/ });
});

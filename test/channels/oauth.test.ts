import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../../channels/api-call.ts';
import { createTokenSource, type OAuthOptions, oauthOptions } from '../../channels/oauth.ts';
import { createOutbound } from '../../channels/outbound.ts';
import { validate } from '../../resources/validate.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { type Answer, type Script, startReceiver } from '../support/receiver.ts';
import { aMemory } from '../support/sender-memory.ts';

const never = new AbortController().signal;
const SECRET = 's3cr3t/of+the client';

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
function granted(fields: Record<string, unknown> = {}): Answer {
  const body = { access_token: 'token-1', token_type: 'Bearer', expires_in: 3600, ...fields };
  return { kind: 'reply', status: 200, body: JSON.stringify(body) };
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
function denied(error: string, description: string, status = 400): Answer {
  return { kind: 'reply', status, body: JSON.stringify({ error, error_description: description }) };
}

async function setUp(script: Script, options: Partial<OAuthOptions> = {}) {
  const server = await startReceiver({ script });
  const clock = new FakeClock();
  const http = createOutbound({ allowPrivateAddresses: true, ca: null, connectTimeout: 5_000 });
  atEnd(() => http.close());
  const declared = { tokenUrl: server.url, clientId: 'herald:1', clientSecret: SECRET, ...options };
  const tokens = createTokenSource(declared, { http, clock, timeout: 5_000 });
  const form = (i: number) => Object.fromEntries(new URLSearchParams(server.requests[i]!.body));
  return { server, clock, http, tokens, form };
}

const tokenOf = (n: number) => granted({ access_token: `token-${n}` });

test('[BR-INT-010] client credentials: the grant, the scope, and the client in a Basic header', async () => {
  const { server, tokens, form } = await setUp(granted(), { scope: 'a b', audience: 'api.example' });
  assert.deepEqual(await tokens.get(never), { ok: true, token: 'token-1' });
  assert.deepEqual(form(0), { grant_type: 'client_credentials', scope: 'a b', audience: 'api.example' });
  const [scheme, value] = server.requests[0]!.headers.authorization!.split(' ');
  assert.equal(scheme, 'Basic');
  assert.equal(Buffer.from(value!, 'base64').toString(), 'herald%3A1:s3cr3t%2Fof%2Bthe+client');
});

test('[BR-INT-010] the client may show itself in the body where the provider wants it so', async () => {
  const { server, tokens, form } = await setUp(granted(), { clientAuthentication: 'body' });
  await tokens.get(never);
  assert.deepEqual(form(0), { grant_type: 'client_credentials', client_id: 'herald:1', client_secret: SECRET });
  assert.equal(server.requests[0]!.headers.authorization, undefined);
});

test('[BR-INT-010] a token is kept, and renewed before it expires', async () => {
  const { server, clock, tokens } = await setUp([tokenOf(1), tokenOf(2)]);
  await tokens.get(never);
  clock.advance(3600_000 - 60_001);
  assert.deepEqual(await tokens.get(never), { ok: true, token: 'token-1' });
  assert.equal(server.requests.length, 1);
  clock.advance(1);
  assert.deepEqual(await tokens.get(never), { ok: true, token: 'token-2' });
});

test('a token that says nothing of its end is good until it is refused; a short one is not renewed at once', async () => {
  const { server, clock, tokens } = await setUp([granted({ expires_in: undefined }), granted({ expires_in: 30 })]);
  await tokens.get(never);
  clock.advance(365 * 24 * 3600_000);
  await tokens.get(never);
  assert.equal(server.requests.length, 1);
  tokens.refused('token-1');
  await tokens.get(never);
  clock.advance(26_000);
  await tokens.get(never);
  assert.equal(server.requests.length, 2);
});

test('[BR-INT-010] many who need a token at once wait for one request', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer = granted();
  const { server, tokens } = await setUp({ ...(answer as Answer & { kind: 'reply' }), after: held });
  const gone = new AbortController();
  const asked = [tokens.get(gone.signal), ...Array.from({ length: 20 }, () => tokens.get(never))];
  await server.received(1);
  gone.abort();
  const left = await asked[0]!;
  assert.equal(left.ok, false, 'one who gives up does not take the request with it');
  release();
  const others = await Promise.all(asked.slice(1));
  assert.ok(others.every((one) => one.ok && one.token === 'token-1'));
  assert.equal(server.requests.length, 1);
});

test('[BR-INT-010] a refresh token is used, and its successor from then on', async () => {
  const { tokens, form } = await setUp([granted({ refresh_token: 'r2' }), granted()], { refreshToken: 'r1' });
  await tokens.get(never);
  tokens.refused('token-1');
  await tokens.get(never);
  assert.deepEqual(form(0), { grant_type: 'refresh_token', refresh_token: 'r1' });
  assert.deepEqual(form(1), { grant_type: 'refresh_token', refresh_token: 'r2' });
});

test('[BR-INT-010] [BR-SEC-014] errors are told by their names, and no secret is in any of them', async () => {
  const { server, tokens } = await setUp(denied('invalid_client', `client herald:1 with ${SECRET} is unknown`, 401));
  const refused = await tokens.get(never);
  assert.ok(!refused.ok);
  const host = `127.0.0.1:${server.port}`;
  assert.deepEqual(refused.outcome, {
    kind: 'rejected',
    detail: `no token from ${host}: HTTP 401 invalid_client: client herald:1 with [secret] is unknown`,
    failure: { type: 'credentials', host: '127.0.0.1' },
  });
  const others: readonly (readonly [Answer, string])[] = [
    [denied('temporarily_unavailable', 'later', 503), 'retry'],
    [{ kind: 'reply', status: 429 }, 'retry'],
    [{ kind: 'reply', status: 400, body: `${'x'.repeat(195)}${SECRET}` }, 'rejected'],
    [{ kind: 'reply', status: 200, body: '<html>login</html>' }, 'rejected'],
    [granted({ access_token: 'two\nlines' }), 'rejected'],
    [granted({ token_type: 'mac' }), 'rejected'],
    [{ kind: 'reset' }, 'retry'],
  ];
  for (const [answer, kind] of others) {
    server.answerWith(answer);
    const result = await tokens.get(never);
    assert.ok(!result.ok);
    assert.equal(result.outcome.kind, kind, result.outcome.detail);
    assert.ok(!result.outcome.detail.includes(SECRET.slice(0, 6)), result.outcome.detail);
  }
  server.answerWith(granted());
  assert.equal((await tokens.get(never)).ok, true, 'what failed is not kept');
});

test('[BR-INT-010] a token that the API refuses is renewed once, and the call is made again', async () => {
  const { server, clock, http, tokens } = await setUp([tokenOf(1), tokenOf(2), tokenOf(3)]);
  const revoked = new Set(['Bearer token-1']);
  const api = await startReceiver({
    script: ({ headers }) =>
      revoked.has(headers.authorization ?? '')
        ? { kind: 'reply', status: 401, body: '{"error":"expired"}' }
        : { kind: 'reply', status: 200, body: '{"ok":true}' },
  });
  const authorization = { kind: 'oauth', tokens } as const;
  const { call } = createApi({ http, clock, timeout: 5_000, authorization, explain: () => null });
  const request = { method: 'GET', url: new URL(api.url) } as const;
  assert.deepEqual(await call(request, never), { ok: true, status: 200, body: { ok: true } });
  revoked.add('Bearer token-2').add('Bearer token-3');
  const second = await call(request, never);
  assert.equal(!second.ok && second.outcome.kind, 'rejected');
  assert.equal(server.requests.length, 3, 'no more than one renewal for a call');
});

test('[BR-SEC-014] the client secret is a reference, never a text', () => {
  const declared = { tokenUrl: 'https://auth.example/token', clientId: 'herald', clientSecret: { env: 'SECRET' } };
  assert.deepEqual(validate(oauthOptions, declared), []);
  assert.equal(validate(oauthOptions, { ...declared, clientSecret: 'hunter2' }).length, 1);
});

/** The sender of a channel in the next process, with what the one before kept. */
async function following(memory: ReturnType<typeof aMemory>, script: Script, refreshToken = 'r1') {
  const server = await startReceiver({ script });
  const http = createOutbound({ allowPrivateAddresses: true, ca: null, connectTimeout: 5_000 });
  atEnd(() => http.close());
  const declared = { tokenUrl: 'http://127.0.0.1:9/token', clientId: 'herald:1', clientSecret: SECRET, refreshToken };
  const rerouted: typeof http = { ...http, request: (one) => http.request({ ...one, url: new URL(server.url) }) };
  const tokens = createTokenSource(declared, { http: rerouted, clock: new FakeClock(), timeout: 5_000, memory });
  const shown = () => server.requests.map(({ body }) => new URLSearchParams(body).get('refresh_token'));
  return { tokens, shown };
}

test('[BR-INT-010] [BR-REL-004] the next process goes on with the refresh token that replaced the declared one, and it is kept sealed', async () => {
  const memory = aMemory();
  const first = await following(memory, granted({ refresh_token: 'the second one' }));
  await first.tokens.get(never);
  assert.equal(memory.kept.size, 1);
  assert.ok(![...memory.kept.values()].join().includes('the second one'));
  const second = await following(memory, granted({ refresh_token: 'the third one' }));
  await second.tokens.get(never);
  assert.deepEqual(second.shown(), ['the second one']);
  first.tokens.refused('token-1');
  await first.tokens.get(never);
  assert.deepEqual(first.shown(), ['r1', 'the third one'], 'an owner from before, too');
  const other = await following(memory, granted(), 'declared anew');
  await other.tokens.get(never);
  assert.deepEqual(other.shown(), ['declared anew']);
});

test('[BR-INT-010] while what is kept cannot be read, no older refresh token is shown; what cannot be kept is used all the same', async () => {
  const memory = aMemory();
  const { tokens, shown } = await following(memory, granted({ refresh_token: 'r2', expires_in: undefined }));
  memory.failing = true;
  const refused = await tokens.get(never);
  assert.ok(!refused.ok && refused.outcome.kind === 'retry');
  assert.match(refused.outcome.detail, /the kept refresh token cannot be read now/);
  assert.deepEqual(shown(), []);
  memory.failing = false;
  const write = memory.write;
  memory.write = async () => {
    throw new Error('NATS does not answer');
  };
  assert.equal((await tokens.get(never)).ok, true);
  memory.write = write;
  tokens.refused('token-1');
  await tokens.get(never);
  assert.deepEqual(shown(), ['r1', 'r2']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Grant } from '../../access/identity.ts';
import { refusal } from '../../ingress/auth-refusal.ts';
import { authenticate as judge } from '../../ingress/authenticate.ts';
import type { SourceAuth } from '../../resources/source-auth.ts';

const head = (authorization?: string) => ({ headers: authorization === undefined ? {} : { authorization } });
type Head = Parameters<typeof judge>[1];
const authenticate = (auth: SourceAuth, head: Head) => judge({ auth, tenant: 'shop' }, head, findKey);
const bearer = { type: 'bearer', tokens: ['sesame-1', 'sesame-2'] } as const;

test('[BR-WH-004] [BR-SEC-006] every live token is accepted, and nothing else', () => {
  assert.equal(authenticate(bearer, head('Bearer sesame-1')).code, 'auth.accepted');
  assert.equal(authenticate(bearer, head('bearer  sesame-2')).code, 'auth.accepted');
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!bearer.tokens.some((token) => text.trim() === token));
      assert.notEqual(authenticate(bearer, head(`Bearer ${text}`)).code, 'auth.accepted');
      assert.equal(authenticate(bearer, head(text.replace(/^bearer/i, ''))).code, 'auth.missing');
    }),
  );
});

test('[BR-WH-004] a source whose token is empty (an unset variable) lets nobody in', () => {
  const unset = { type: 'bearer', tokens: [''] } as const;
  for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Bearer x']) {
    assert.notEqual(authenticate(unset, head(header)).code, 'auth.accepted');
  }
});

test('[BR-WH-004] a refusal says how to authenticate, never what was presented', () => {
  const missing = refusal(authenticate(bearer, head(undefined)), bearer);
  assert.deepEqual([missing?.status, missing?.headers?.['www-authenticate']], [401, 'Bearer realm="herald"']);
  const wrong = refusal(authenticate(bearer, head('Bearer hunter2')), bearer);
  assert.equal(wrong?.status, 403);
  assert.doesNotMatch(String(wrong?.body), /hunter2|sesame/);
  assert.equal(refusal(authenticate({ type: 'none' }, head(undefined)), { type: 'none' }), null);
});

const GRANTS: Readonly<Record<string, readonly Grant[]>> = {
  ours: [{ role: 'sender', tenants: ['shop'] }],
  all: [{ role: 'sender', tenants: null }],
  theirs: [{ role: 'sender', tenants: ['other'] }],
  reader: [{ role: 'operator', tenants: ['shop'] }],
};

function findKey(secret: string) {
  const grants = GRANTS[secret];
  if (grants !== undefined)
    return { code: 'access.identified', identity: { kind: 'api-key', name: secret, grants } } as const;
  if (secret === 'old') return { code: 'access.expired', key: 'old' } as const;
  if (secret === 'gone') return { code: 'access.revoked', key: 'gone' } as const;
  return { code: secret === 'early' ? 'access.unavailable' : 'access.wrong' } as const;
}

test('[BR-SEC-006] a source of API keys takes those of senders in its tenant, as bearer or password, and knows who it was', () => {
  const auth = { type: 'api-key' } as const;
  const ask = (header?: string) => {
    const asked: Head = head(header);
    return `${authenticate(auth, asked).code} ${asked.identity?.name ?? '-'}`;
  };
  const password = (secret: string) => `Basic ${Buffer.from(`prometheus:${secret}`).toString('base64')}`;
  assert.equal(ask('Bearer ours'), 'auth.accepted ours');
  assert.equal(ask(password('all')), 'auth.accepted all');
  for (const secret of ['theirs', 'reader', 'nonsense']) assert.equal(ask(`Bearer ${secret}`), 'auth.wrong -');
  assert.equal(ask('Bearer old'), 'auth.expired -');
  assert.equal(ask('Bearer early'), 'auth.keys-unavailable -');
  for (const header of [undefined, '', 'Bearer ', 'Digest x']) assert.equal(ask(header), 'auth.missing -');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { authenticate, refusal } from '../../ingress/authenticate.ts';

const head = (authorization?: string) => ({ headers: authorization === undefined ? {} : { authorization } });
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

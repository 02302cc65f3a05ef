import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maySpeakFor, maySubscribe } from '../../access/subscribe.ts';

const wish = { subscriberTenant: 't', tenant: 't', environments: null };

test('[BR-NOT-022] everybody may hear of their own tenant, of nobody else, and of no more environments than were granted', () => {
  assert.equal(maySubscribe({ environments: null }, wish).code, 'subscription.permitted');
  assert.equal(maySubscribe({ environments: null }, { ...wish, tenant: 'other' }).code, 'subscription.other-tenant');
  const limited = { environments: ['staging' as const, 'testing' as const] };
  assert.deepEqual(maySubscribe(limited, wish), { code: 'subscription.environments', allowed: ['staging', 'testing'] });
  const within = maySubscribe(limited, { ...wish, environments: ['testing'] });
  assert.equal(within.code, 'subscription.permitted');
  const beyond = maySubscribe(limited, { ...wish, environments: ['testing', 'production'] });
  assert.equal(beyond.code, 'subscription.environments');
});

test('[BR-NOT-022] [BR-SEC-008] [BR-SEC-009] people speak for themselves and their teams, who holds subscriptions.manage for anybody', () => {
  const as = (person: string | null, manages = false) => ({ name: 'key', person, manages });
  assert.equal(maySpeakFor(as('ada'), 'user/ada', ['ada']).code, 'subscriber.own');
  assert.equal(maySpeakFor(as('ada'), 'team/shop', ['bob', 'ada']).code, 'subscriber.own');
  assert.equal(maySpeakFor(as('ada'), 'user/bob', ['bob']).code, 'subscriber.denied');
  assert.equal(maySpeakFor(as('ada'), 'team/empty', []).code, 'subscriber.denied');
  assert.equal(maySpeakFor(as(null), 'user/key', ['key']).code, 'subscriber.denied', 'a key alone is no person');
  assert.equal(maySpeakFor(as(null, true), 'user/bob', ['bob']).code, 'subscriber.managed');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maySubscribe } from '../../access/subscribe.ts';

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

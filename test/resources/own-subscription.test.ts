import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SubscribingActor } from '../../access/subscribe.ts';
import type { LabelSet } from '../../alert/alert.ts';
import { reach } from '../../alert/reach.ts';
import { groupRef } from '../../alert/route.ts';
import type { ResourceSet } from '../../resources/compile.ts';
import {
  decideSubscription,
  decideUnsubscribe,
  MOST_OF_ONE,
  type OwnSubscription,
  type SubscriptionDecision,
} from '../../resources/own-subscription.ts';
import { declaredPart, withSubscriptions } from '../../resources/run-time.ts';
import type { SubscriptionWanted } from '../../resources/subscription.ts';
import '../support/leaks.ts';
import { consoleChannel, resource, setOf } from './temp-config.ts';

const user = (name: string, more = '') =>
  resource('User', name, `contacts: [{ channel: channel/console, address: ${name}@example.org }]\n${more}`);
const PEOPLE = [
  resource('Route', 'root', 'receivers: [channel/console]'),
  user('ada'),
  user('bob', 'mayHear: { environments: [staging, testing] }'),
  resource('Team', 'shop', 'members: [user/ada, user/bob]'),
  resource('Team', 'led', 'members: [user/ada, user/bob]\nleads: [user/ada]'),
  consoleChannel(),
].join('');
const load = (more = '') => setOf({ 'a.yaml': PEOPLE + more });

const as = (person: string | null, manages = false): SubscribingActor => ({ name: `${person}-key`, person, manages });
const NOW = Date.parse('2026-11-25T12:00:00Z');

function decide(
  set: ResourceSet,
  [subscriber, wanted]: [string, SubscriptionWanted],
  actor: SubscribingActor,
  known: readonly OwnSubscription[] = [],
  id = 'x',
) {
  const context = { tenant: 'default', find: set.subscriptions.hearer, actor, now: NOW };
  return decideSubscription(known, { id, subscriber, wanted }, context);
}

function made(decision: SubscriptionDecision): readonly OwnSubscription[] {
  assert.equal(decision.code, 'subscription.made', JSON.stringify(decision));
  return decision.code === 'subscription.made' ? decision.all : [];
}

const over = (set: ResourceSet, all: readonly OwnSubscription[]) => withSubscriptions(set, new Map([['default', all]]));

/** Who is told of it, and who is not and why. */
function told({ policy }: ResourceSet, labels: LabelSet): string[] {
  return policy.route('default', labels).flatMap(({ timing }) => {
    const facts = { tenant: 'default', priority: 'P3' as const, critical: false, now: NOW };
    const { lines, unreached } = reach(timing.channels, facts, policy.directory);
    return [
      ...lines.flatMap(({ recipient, reasons }) =>
        recipient === undefined ? [] : [`${recipient.name} by ${reasons[0]?.detail}`],
      ),
      ...unreached.map(({ recipient, reason }) => `not ${recipient} ${reason.code} ${reason.detail}`),
    ];
  });
}

const STAGING: SubscriptionWanted = { matchers: ['app="shop"'], environments: ['staging'] };
const ALERT = { app: 'shop', environment: 'staging', alertname: 'Slow' };

test('[BR-NOT-022] what a person subscribes to is a route as a declared one is; the policy is another by it, its declared part the same', async () => {
  const set = await load();
  const all = made(decide(set, ['user/bob', STAGING], as('bob')));
  const after = over(set, all);
  assert.deepEqual(told(after, ALERT), ['user/bob by subscription x by bob-key']);
  assert.deepEqual(told(after, { ...ALERT, environment: 'production' }), []);
  assert.deepEqual(told(set, ALERT), []);
  assert.notEqual(after.policy.hash, set.policy.hash);
  assert.equal(declaredPart(after.policy.hash), set.policy.hash);
  const declared = await load(
    resource('Subscription', 'same', `subscriber: user/ada\nmatchers: ['app="shop"']\nenvironments: [staging]`),
  );
  const shared = over(declared, all);
  assert.equal(shared.policy.route('default', ALERT).length, 2, 'who wants the same shares its route');
  assert.equal(shared.policy.hash, declared.policy.hash);
  const both = ['user/ada by Subscription same', 'user/bob by subscription x by bob-key'];
  assert.deepEqual(told(shared, ALERT), both);
});

test('[BR-NOT-022] [BR-SEC-009] within what was granted, for oneself and for teams that one speaks for; an operator for anybody', async () => {
  const set = await load();
  const code = (wish: [string, SubscriptionWanted], actor: SubscribingActor) => decide(set, wish, actor).code;
  assert.equal(code(['user/bob', {}], as('bob')), 'subscription.denied', 'everything is more than was granted');
  assert.equal(code(['user/bob', { environments: ['staging', 'production'] }], as('bob')), 'subscription.denied');
  assert.equal(
    code(['user/bob', { environments: ['production'] }], as(null, true)),
    'subscription.denied',
    'nor by others',
  );
  assert.equal(code(['user/ada', {}], as('bob')), 'subscription.denied');
  assert.equal(code(['user/ada', {}], as('ada')), 'subscription.made');
  assert.equal(
    code(['team/shop', STAGING], as('bob')),
    'subscription.made',
    'without leads every member speaks for it',
  );
  assert.equal(code(['team/led', STAGING], as('bob')), 'subscription.denied');
  assert.equal(code(['team/led', STAGING], as('ada')), 'subscription.made');
  assert.equal(code(['user/gone', {}], as(null, true)), 'subscription.unknown-subscriber');
});

test('[BR-NOT-022] [BR-SEC-009] a grant that is taken away makes it void, and says so; given again it holds', async () => {
  const set = await load();
  const all = made(decide(set, ['user/bob', STAGING], as('bob')));
  const less = PEOPLE.replace('[staging, testing]', '[testing]');
  const taken = over(await setOf({ 'a.yaml': less }), all);
  assert.deepEqual(told(taken, ALERT), [
    'not user/bob reach.subscription-void subscription x by bob-key: user/bob may hear of testing, and this is for staging',
  ]);
  const gone = over(await setOf({ 'a.yaml': consoleChannel() }), all);
  assert.match(told(gone, ALERT).join(), /^not user\/bob reach\.subscription-void .* is not declared \(any more\)$/);
  assert.deepEqual(told(over(set, all), ALERT).length, 1);
});

test('what is subscribed twice is there once; so many of one are the most', async () => {
  const set = await load();
  const all = made(decide(set, ['user/ada', STAGING], as('ada')));
  const again = decide(set, ['user/ada', { environments: ['staging'], matchers: ['app="shop"'] }], as('ada'), all, 'y');
  assert.deepEqual([again.code, 'made' in again && again.made.id], ['subscription.known', 'x']);
  const many = Array.from({ length: MOST_OF_ONE }, (_, i) => {
    return { ...all[0]!, id: String(i), wanted: { matchers: [`n="${i}"`] } };
  });
  assert.equal(decide(set, ['user/ada', STAGING], as('ada'), many).code, 'subscription.too-many');
  assert.equal(decide(set, ['team/shop', STAGING], as('ada'), many).code, 'subscription.made');
  const large = many.map((one) => ({
    ...one,
    subscriber: 'user/bob',
    wanted: { matchers: [`n="${'x'.repeat(11_000)}"`] },
  }));
  assert.equal(decide(set, ['user/ada', STAGING], as('ada'), large).code, 'subscription.too-many');
});

test('[BR-NOT-022] it is ended by who may make it, and by who made it once its subscriber is gone', async () => {
  const set = await load();
  const all = made(decide(set, ['user/bob', STAGING], as('bob')));
  const end = (find: ResourceSet['subscriptions']['hearer'], actor: SubscribingActor, id = 'x') =>
    decideUnsubscribe(all, id, { tenant: 'default', find, actor });
  const { hearer } = set.subscriptions;
  assert.equal(end(hearer, as('ada')).code, 'subscription.denied');
  const ended = end(hearer, as('bob'));
  assert.deepEqual(ended.code === 'subscription.ended' && ended.all, []);
  assert.equal(end(() => null, as('bob')).code, 'subscription.ended');
  assert.equal(end(() => null, as('ada')).code, 'subscription.denied');
  assert.equal(end(hearer, as(null, true), 'y').code, 'subscription.unknown');
});

test('[BR-NOT-022] who comes and goes gives the group of nobody else another identity', async () => {
  const set = await load();
  const timing = (id: string, groupWait: string): OwnSubscription => {
    const wanted = { matchers: ['app="shop"'], groupWait };
    return { id, subscriber: 'user/ada', wanted, by: 'ada-key', person: 'ada', madeAt: NOW };
  };
  const groups = (all: readonly OwnSubscription[]) =>
    over(set, all)
      .policy.route('default', ALERT)
      .map((match) => groupRef('default', match).id);
  const [first, second] = [timing('1', '0s'), timing('2', '5s')];
  const both = groups([first, second]);
  assert.equal(new Set(both).size, 3, 'each has a group of its own, though the matchers are the same');
  assert.deepEqual(groups([second]), [both[0], both[2]]);
  assert.deepEqual(groups([second, first]).toSorted(), both.toSorted());
});

test('one that this version cannot read keeps nobody from being told', async () => {
  const set = await load();
  const good = made(decide(set, ['user/ada', STAGING], as('ada')));
  const bad = { ...good[0]!, id: 'bad', wanted: { matchers: ['app=~"("'] } };
  assert.deepEqual(told(over(set, [bad, ...good]), ALERT), ['user/ada by subscription x by ada-key']);
});

/** Plug-ins and a partition: who is asked, what the round waits for, and what a takeover finds. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consult } from '../../actors/consult.ts';
import type { PluginAnswer, PluginRule } from '../../alert/advice.ts';
import { addressOf } from '../../alert/entity-address.ts';
import type { Entry } from '../../alert/entry.ts';
import type { CompiledMatcher } from '../../alert/matcher.ts';
import type { Policy } from '../../alert/policy.ts';
import { readMatcher } from '../../resources/matcher.ts';
import { aPolicy } from '../support/fake-policy.ts';
import { until } from '../support/until.ts';
import { alertOf, putIn, readJournals, reported, settled, smallPolicy, workersOn } from '../support/worker.ts';

const matcher = (text: string) => readMatcher(text) as CompiledMatcher;
const rule = (key: string, ...matchers: string[]): PluginRule => ({
  key,
  matchers: matchers.map(matcher),
  dropProduction: false,
});
const said = (opinion: object): PluginAnswer => {
  return { ok: true, version: '1', opinion: { verdict: null, priority: null, labels: null, because: '', ...opinion } };
};
const input = (entry: Entry) => ({ ...addressOf(entry), entry, position: 'p' });
const firing = (labels: Record<string, string>) => reported(alertOf(labels));

const unknown = { now: 5, stateOf: () => null, placements: () => null };
const nobody = { askPlugin: async () => assert.fail('asked') };

test('[BR-AP-010] alerts of a tenant without plug-ins wait for nobody', () => {
  const inputs = [input(firing({ alertname: 'X' }))];
  assert.equal(consult(inputs, { ...unknown, policy: aPolicy() }, nobody), null);
  const policy = aPolicy({ plugins: [rule('default/p', 'team="db"')] });
  assert.equal(consult(inputs, { ...unknown, policy }, nobody), null, 'nor do those that no matcher asks for');
  const resolved = input(reported(alertOf({ team: 'db' }, { status: 'resolved' })));
  assert.equal(consult([resolved], { ...unknown, policy }, nobody), null);
});

test('[BR-AP-010] each plug-in is asked once for all alerts that are its own, beside the others', async () => {
  const policy = aPolicy({ plugins: [rule('default/a'), rule('default/b', 'environment="production"')] });
  const asked: [string, number][] = [];
  let release = () => {};
  const both = new Promise<void>((resolve) => (release = resolve));
  const askPlugin = async (key: string, alerts: readonly object[]) => {
    asked.push([key, alerts.length]);
    if (asked.length === 2) release();
    await both;
    return alerts.map((_, i) => said({ because: `${key} ${i}` }));
  };
  const production = firing({ alertname: 'A', namespace: 'prod-a', environment: 'testing' });
  const testing = firing({ alertname: 'B', namespace: 'dev', environment: 'production' });
  const advice = await consult([input(testing), input(production)], { ...unknown, policy }, { askPlugin });
  assert.deepEqual(asked, [
    ['default/a', 2],
    ['default/b', 1],
  ]);
  const because = (entry: Entry) =>
    advice?.(entry).map(({ answer }) => (answer.ok ? answer.opinion?.because : answer.code));
  assert.deepEqual(because(production), ['default/a 1', 'default/b 0']);
  assert.deepEqual(because(testing), ['default/a 0']);
  assert.deepEqual(because(firing({ alertname: 'C' })), []);
});

const COUNT = { alert: 1, channel: 1 };
const rig = workersOn(COUNT);

test('[BR-AP-010] [BR-REL-004] what a plug-in said stands in the journal, and a takeover asks nobody again', async () => {
  const policy: Policy = { ...smallPolicy(), plugins: () => [rule('default/p')] };
  const asked: string[] = [];
  const askPlugin = async (_: string, alerts: readonly { labels: Record<string, string> }[]) => {
    asked.push(...alerts.map(({ labels }) => String(labels.alertname)));
    return alerts.map(({ labels }): PluginAnswer => {
      if (labels.alertname === 'late') return { ok: false, code: 'plugin.timeout', detail: 'no answer within 200 ms' };
      return said({ priority: 'P4', labels: { team: 'db' } });
    });
  };
  const first = await rig.launch('first', { policy, askPlugin });
  await settled(first);
  const told = alertOf({ alertname: 'told' });
  await putIn(rig.bus, COUNT, [reported(told), reported(alertOf({ alertname: 'late' }))]);
  await until('both to be told', () => first.sent.length === 2);
  await putIn(rig.bus, COUNT, [reported(told)]);
  await until('the repetition', async () => (await eventsNamed('alert.repeated')).length === 1);
  assert.deepEqual(asked.toSorted(), ['late', 'told'], 'a repetition is not asked about');
  const reasons = (await eventsNamed('alert.opened')).flatMap((event) => ('reasons' in event ? event.reasons : []));
  assert.ok(reasons.some(({ code, detail }) => code === 'plugin.priority' && detail.includes('default/p 1')));
  assert.ok(reasons.some(({ code }) => code === 'plugin.timeout'));
  const notified = first.sent.find(({ notification }) => notification.groupLabels.alertname === 'told');
  assert.deepEqual(
    notified?.notification.alerts.map(({ labels, priority }) => [labels.team, priority]),
    [['db', 'P4']],
  );

  await first.crash();
  rig.keep();
  const second = await rig.launch('second', { policy, askPlugin });
  await settled(second);
  await putIn(rig.bus, COUNT, [reported({ ...told, status: 'resolved', endsAt: Date.now() })]);
  await until('its end', () => second.sent.length === 1);
  assert.equal(second.sent[0]?.notification.alerts[0]?.labels.team, 'db');
  assert.equal(asked.length, 2);
});

async function eventsNamed(type: string) {
  const records = (await readJournals(rig.bus, COUNT)).get('a0') ?? [];
  const events = records.flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
  return events.filter((event) => event.type === type);
}

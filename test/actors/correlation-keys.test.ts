/** Correlator plug-ins: the keys that they give, and what becomes of a window when they fail. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withKeys } from '../../actors/correlation-keys.ts';
import type { PluginAnswer } from '../../alert/advice.ts';
import type { CorrelationTask } from '../../alert/correlation-run.ts';
import type { Policy } from '../../alert/policy.ts';
import { correlationRule } from '../../resources/correlation-rule.ts';
import { correlate } from '../../rules/correlate.ts';
import { anAlert, aRule } from '../rules/window-alert.ts';
import { until } from '../support/until.ts';
import { alertOf, putIn, readJournals, reported, settled, smallPolicy, workersOn } from '../support/worker.ts';

const similarity = { labels: null, message: false, topology: [], need: 'any' } as const;
const asking = aRule({ name: 'asking', similarity: { ...similarity, plugin: 't/p' } });

function task(rules: CorrelationTask['rules'], alerts: CorrelationTask['alerts']): CorrelationTask {
  return { tenant: 't', run: 1, alerts, rules, learnt: [], limit: 1000 };
}

const alerts = ['a', 'a', 'b', ''].map((team, i) => anAlert({ team, n: String(i) }, { rules: ['asking'] }));
const key = (opinion: string | null): PluginAnswer<string> => ({ ok: true, version: '1', opinion });
const late: PluginAnswer<string> = { ok: false, code: 'plugin.timeout', detail: 'no answer within 9 ms' };

test('[BR-AP-010] [BR-AP-004] alerts that a plug-in gives one key belong together, and the evidence names it', async () => {
  const other = anAlert({ team: 'a', n: 'other' }, { rules: ['else'] });
  const asked: string[] = [];
  const { task: keyed, problems } = await withKeys(task([asking], [...alerts, other]), async (plugin, about) => {
    asked.push(`${plugin} ${about.length}`);
    return about.map(({ labels }) => key(labels.team === '' ? null : `team ${labels.team}`));
  });
  assert.deepEqual([asked, problems], [['t/p 4'], []]);
  const [finding, ...others] = correlate(keyed.alerts, keyed.rules);
  assert.deepEqual(others, []);
  assert.deepEqual(
    finding?.members.map(({ fingerprint }) => fingerprint).sort(),
    alerts
      .slice(0, 2)
      .map(({ fingerprint }) => fingerprint)
      .sort(),
  );
  const evidence = finding?.evidence.find(({ kind }) => kind === 'plugin');
  assert.deepEqual(evidence, { kind: 'plugin', text: 'plug-in t/p: "team a"', alerts: 2 });
  const all = { ...asking, similarity: { ...similarity, need: 'all' as const, plugin: 't/p' } };
  assert.equal(correlate(keyed.alerts, [all]).length, 1);
});

test('[BR-AP-010] where no rule names a plug-in nobody is asked', async () => {
  const plain = task([aRule({ name: 'asking', groupBy: ['team'] })], alerts);
  assert.equal((await withKeys(plain, async () => assert.fail('asked'))).task, plain);
});

test('[BR-AP-010] [BR-ERR-011] one that is late gives no keys, the others do, and the run says for how many alerts', async () => {
  const second = aRule({ name: 'asking', similarity: { ...similarity, plugin: 't/q' } });
  const { task: keyed, problems } = await withKeys(task([asking, second], alerts), async (plugin, about) =>
    about.map(() => (plugin === 't/p' ? late : key('same'))),
  );
  assert.deepEqual(problems, [
    { code: 'plugin.timeout', detail: 'plug-in t/p, for 4 of 4 alerts: no answer within 9 ms' },
  ]);
  const found = correlate(keyed.alerts, [second]);
  assert.equal(found[0]?.members.length, 4);
  assert.deepEqual(correlate(keyed.alerts, [asking]), []);
});

const COUNT = { alert: 1, channel: 1 };
const rig = workersOn(COUNT);

test('[BR-AP-010] an incident by a plug-in is journaled with its evidence; a failing one leaves its reason and harms nobody', async () => {
  const spec = { within: '5m', threshold: 2, similarity: { plugin: 'p' } };
  const rules = [correlationRule('by-plugin', spec), correlationRule('by-node', { within: '5m', groupBy: ['node'] })];
  const policy: Policy = { ...smallPolicy(), correlations: () => rules };
  let isLate = true;
  const askKeys = async (_: string, about: readonly { labels: Readonly<Record<string, string>> }[]) =>
    about.map(({ labels }) => (isLate ? late : key(String(labels.team))));
  const worker = await rig.launch('worker', { policy, askKeys });
  await settled(worker);
  const report = (names: readonly string[], team: string) =>
    putIn(
      rig.bus,
      COUNT,
      names.map((alertname, i) => reported(alertOf({ alertname, team, node: 'n1' }), team, i)),
    );
  await report(['A', 'B'], 'db');
  const ended = await until('the run that says it', async () =>
    (await events()).find((event) => event.type === 'correlation.ended' && event.reasons.length > 1),
  );
  assert.ok(ended.type === 'correlation.ended');
  assert.deepEqual(
    ended.reasons.map(({ code }) => code),
    ['correlation.done', 'plugin.timeout'],
  );
  const opened = async () => (await events()).flatMap((event) => (event.type === 'incident.opened' ? [event] : []));
  assert.deepEqual(
    (await opened()).map(({ rule }) => rule),
    ['by-node'],
  );
  isLate = false;
  await report(['C', 'D'], 'db');
  const incident = await until('the incident by the plug-in', async () =>
    (await opened()).find(({ rule }) => rule === 'by-plugin'),
  );
  assert.ok(incident.evidence.some(({ kind, text }) => kind === 'plugin' && text === 'plug-in default/p: "db"'));
});

async function events() {
  const records = (await readJournals(rig.bus, COUNT)).get('a0') ?? [];
  return records.flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
}

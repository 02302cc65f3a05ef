/** Herald tells what a real Alertmanager tells: the same groups, the same notifications, in the same order. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { fingerprint } from '../../alert/fingerprint.ts';
import { until } from '../support/until.ts';
import { findAlertmanager } from './alertmanager.ts';
import { type Model, Twins } from './beside-alertmanager.ts';

const program = findAlertmanager();

const MODEL: Model = {
  receivers: ['ops', 'db', 'all', 'quiet', 'awake'],
  route: {
    receiver: 'ops',
    groupBy: ['alertname', 'cluster'],
    routes: [
      { receiver: 'all', matchers: ['team=~".+"'], groupBy: ['team'], continue: true },
      { receiver: 'db', matchers: ['team="db"'] },
      { receiver: 'quiet', matchers: ['shift="night"'], muteTimeIntervals: ['this-age'] },
      {
        receiver: 'awake',
        matchers: ['shift="day"'],
        muteTimeIntervals: ['another-age'],
        activeTimeIntervals: ['this-age'],
      },
      { receiver: 'awake', matchers: ['shift="never"'], activeTimeIntervals: ['another-age'] },
    ],
  },
  inhibitions: [
    { sourceMatch: ['severity="critical"'], targetMatch: ['severity="warning"'], equal: ['cluster', 'service'] },
    { sourceMatch: ['alertname="Both"'], targetMatch: ['alertname=~"Both|Lesser"'], equal: ['zone'] },
  ],
  timeIntervals: { 'this-age': '2000:2999', 'another-age': '1999' },
};

const alert = (alertname: string, labels: Readonly<Record<string, string>> = {}) => ({
  labels: { alertname, ...labels },
});
const over = (one: ReturnType<typeof alert>) => ({ ...one, ended: true });

describe('beside an Alertmanager', {
  skip: program === null && 'no prometheus-alertmanager is installed here: apt-get install prometheus-alertmanager',
}, () => {
  let twins: Twins;

  before(async () => {
    twins = await Twins.start(program!, MODEL);
  });

  /** What each told since the last time, which must be the same. */
  let heard: Record<string, number> = {};
  function toldByBoth(): Record<string, string[]> {
    const [theirs, ours] = [twins.told('alertmanager'), twins.told('herald')];
    assert.deepEqual(ours, theirs);
    const fresh = Object.entries(ours).map(([group, lines]) => [group, lines.slice(heard[group] ?? 0)] as const);
    heard = Object.fromEntries(Object.entries(ours).map(([group, lines]) => [group, lines.length]));
    return Object.fromEntries(fresh.filter(([, lines]) => lines.length > 0));
  }

  test('[BR-INT-001] [BR-NOT-016] groups, continued routes and their order of firing and resolved are the same', async () => {
    const [one, two] = [alert('A', { cluster: 'c1', n: '1' }), alert('A', { cluster: 'c1', n: '2' })];
    await twins.put(
      one,
      alert('A', { cluster: 'c2', n: '1' }),
      alert('B', { team: 'db' }),
      alert('C', { team: 'web' }),
    );
    await twins.put(two);
    await twins.put(over(one));
    await twins.put(over(two), over(alert('B', { team: 'db' })));
    const told = toldByBoth();
    assert.deepEqual(told['ops {}:{alertname="A", cluster="c1"}'], [
      'firing: A/1 firing',
      'firing: A/1 firing, A/2 firing',
      'firing: A/1 resolved, A/2 firing',
      'resolved: A/2 resolved',
    ]);
    assert.deepEqual(told['all {}/{team=~".+"}:{team="db"}'], ['firing: B/ firing', 'resolved: B/ resolved']);
    assert.deepEqual(told['db {}/{team="db"}:{alertname="B"}'], ['firing: B/ firing', 'resolved: B/ resolved']);
  });

  test('[BR-AP-008] inhibition: by the equal labels, missing ones included, and not between those that match both sides', async () => {
    const critical = alert('Down', { severity: 'critical', cluster: 'c1', service: 'api' });
    const bare = alert('Bare', { severity: 'critical' });
    await twins.put(critical, bare, alert('Both', { zone: 'z1', n: '1' }));
    await twins.put(
      alert('Slow', { severity: 'warning', cluster: 'c1', service: 'api' }),
      alert('Full', { severity: 'warning', cluster: 'c1', service: 'web' }),
      alert('Alone', { severity: 'warning' }),
      alert('Both', { zone: 'z1', n: '2' }),
      alert('Lesser', { zone: 'z1' }),
      alert('Lesser', { zone: 'z2', cluster: 'other' }),
    );
    const names = () =>
      Object.keys(toldByBoth())
        .map((group) => /alertname="(\w+)"/.exec(group)?.[1])
        .sort();
    assert.deepEqual(names(), ['Bare', 'Both', 'Down', 'Full', 'Lesser']);
    await twins.put(over(critical));
    assert.deepEqual(names(), ['Down', 'Slow']);
    await twins.put(over(bare), over(alert('Both', { zone: 'z1', n: '1' })));
    assert.deepEqual(names(), ['Alone', 'Bare', 'Both']);
    await twins.put(over(alert('Both', { zone: 'z1', n: '2' })));
    assert.deepEqual(names(), ['Both', 'Lesser']);
  });

  test('[BR-AP-008] silences: what is silenced is not told, in a group with others neither, and is when the silence ends', async () => {
    const [loud, hushed] = [alert('S', { n: '1', cluster: 's' }), alert('S', { n: '2', cluster: 's', hush: 'yes' })];
    await twins.silence('hush', ['hush', '=', 'yes']);
    await twins.put(hushed, alert('T', { hush: 'yes' }));
    assert.deepEqual(toldByBoth(), {});
    await twins.put(loud);
    const group = 'ops {}:{alertname="S", cluster="s"}';
    assert.deepEqual(toldByBoth(), { [group]: ['firing: S/1 firing'] });
    assert.deepEqual(await twins.heldBy(fingerprint(hushed.labels)), { ops: ['hold.silence'] });
    await twins.put(over(alert('T', { hush: 'yes' })));
    assert.deepEqual(toldByBoth(), {}, 'what ended unheard is told to nobody');
    await twins.unsilence('hush');
    await twins.put();
    assert.deepEqual(toldByBoth(), { [group]: ['firing: S/1 firing, S/2 firing'] });
    await twins.put(over(hushed));
    await twins.put(over(loud));
    assert.deepEqual(toldByBoth(), { [group]: ['firing: S/1 firing, S/2 resolved', 'resolved: S/1 resolved'] });
  });

  test('[BR-AP-008] a silence over what was told: the others of its group go on, and its end is news only where it was left out', async () => {
    const [one, two] = [alert('U', { n: '1', cluster: 'u', calm: 'yes' }), alert('U', { n: '2', cluster: 'u' })];
    const group = 'ops {}:{alertname="U", cluster="u"}';
    const still = alert('V', { calm: 'yes' });
    await twins.put(one, still);
    toldByBoth();
    await twins.silence('calm', ['calm', '=~', 'y.*']);
    await twins.put(two);
    assert.deepEqual(toldByBoth(), { [group]: ['firing: U/2 firing'] });
    await twins.unsilence('calm');
    await twins.put();
    assert.deepEqual(toldByBoth(), { [group]: ['firing: U/1 firing, U/2 firing'] });
  });

  test('[BR-AP-008] [BR-ERR-011] the one difference: an end under a silence is told to whoever was told the beginning', async () => {
    const told = alert('W', { tell: 'me' });
    await twins.put(told);
    const group = 'ops {}:{alertname="W"}';
    assert.deepEqual(toldByBoth(), { [group]: ['firing: W/ firing'] });
    await twins.silence('tell', ['tell', '=', 'me']);
    await twins.put(over(told));
    assert.deepEqual(twins.told('alertmanager')[group], ['firing: W/ firing']);
    assert.deepEqual(twins.told('herald')[group], ['firing: W/ firing', 'resolved: W/ resolved']);
  });

  test('[BR-AP-008] mute and active time intervals hold a route back, and only that one', async () => {
    await twins.put(
      alert('N', { shift: 'night', cluster: 'n' }),
      alert('D', { shift: 'day' }),
      alert('E', { shift: 'never' }),
    );
    const groups = (side: 'alertmanager' | 'herald') =>
      Object.keys(twins.told(side)).filter((name) => /^(quiet|awake) /.test(name));
    assert.deepEqual(groups('herald'), groups('alertmanager'));
    assert.deepEqual(groups('herald'), ['awake {}/{shift="day"}:{alertname="D"}']);
    const codes = async (name: string, shift: string, labels = {}) =>
      twins.heldBy(fingerprint({ alertname: name, shift, ...labels }));
    await until('the ledger to say why', async () => Object.values(await codes('E', 'never')).flat().length > 0);
    assert.deepEqual(await codes('N', 'night', { cluster: 'n' }), { quiet: ['hold.mute-interval'] });
    assert.deepEqual(await codes('E', 'never'), { awake: ['hold.inactive-interval'] });
  });
});

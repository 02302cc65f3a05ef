import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRoute, type RouteSpec } from '../../alert/route.ts';
import { alertmanagerConfig } from '../../resources/alertmanager-config.ts';
import { checkedMatcher } from '../../resources/matcher.ts';
import { parseYaml } from '../../resources/yaml-file.ts';

const BARE: RouteSpec = {
  matchers: [],
  continue: false,
  groupBy: null,
  groupWait: null,
  groupInterval: null,
  repeatInterval: null,
  channels: null,
  routes: [],
};

test('[BR-INT-001] routes are written as an alertmanager.yml: one receiver a route, intervals declared, every tree asked', () => {
  const tree = compileRoute({
    ...BARE,
    groupBy: ['alertname'],
    channels: ['ops', 'mail'],
    routes: [
      {
        ...BARE,
        matchers: [checkedMatcher('severity="critical"'), checkedMatcher('team=~"a|b"')],
        groupBy: ['...'],
        groupWait: 500,
        channels: ['pager'],
        muteTimeIntervals: ['nights'],
        continue: true,
      },
    ],
  });
  const [config] = parseYaml('alertmanager.yml', Buffer.from(alertmanagerConfig([tree, tree]))).documents;
  const route = {
    receiver: 'ops,mail',
    group_by: ['alertname'],
    group_wait: '30s',
    group_interval: '300s',
    repeat_interval: '14400s',
    routes: [
      {
        receiver: 'pager',
        matchers: ['severity="critical"', 'team=~"a|b"'],
        group_by: ['...'],
        group_wait: '500ms',
        group_interval: '300s',
        repeat_interval: '14400s',
        mute_time_intervals: ['nights'],
        continue: true,
      },
    ],
    continue: true,
  };
  assert.deepEqual(config?.value, {
    route: { receiver: 'nobody', routes: [route, route] },
    receivers: [{ name: 'nobody' }, { name: 'ops,mail' }, { name: 'pager' }],
    time_intervals: [{ name: 'nights', time_intervals: [] }],
  });
});

test('a tenant without routes tells nobody', () => {
  const [config] = parseYaml('alertmanager.yml', Buffer.from(alertmanagerConfig([]))).documents;
  assert.deepEqual(config?.value, { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] });
});

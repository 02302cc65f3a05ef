/** What an alertmanager.yml says, said by resources: whoever is told stays the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelSchemas } from '../../channels/registry.ts';
import { importAlertmanager } from '../../resources/alertmanager-import.ts';
import { printYaml } from '../../resources/yaml-file.ts';
import { setOf } from './temp-config.ts';

const receiver = (name: string, ...ports: number[]) => {
  return { name, webhook_configs: ports.map((port) => ({ url: `http://127.0.0.1:${port}/` })) };
};
const CONFIG = {
  route: {
    receiver: 'team',
    group_by: ['alertname', 'cluster'],
    group_wait: '10s',
    repeat_interval: '1w2d',
    routes: [
      {
        matchers: ['severity="critical"', 'team=~"db|infra"'],
        receiver: 'On Call!',
        continue: true,
        routes: [
          {
            match: { service: 'my"sql' },
            match_re: { instance: 'db-\\d+' },
            receiver: 'dba',
            mute_time_intervals: ['Off Hours'],
          },
        ],
      },
      { match: { severity: 'none' }, receiver: 'null', group_by: ['...'] },
    ],
  },
  inhibit_rules: [
    { source_matchers: ['severity="critical"'], target_match: { severity: 'warning' }, equal: ['cluster'] },
    { target_match: { severity: 'warning' } },
  ],
  time_intervals: [
    {
      name: 'Off Hours',
      time_intervals: [
        { times: [{ start_time: '00:00', end_time: '08:00' }], weekdays: ['monday:friday'], location: 'Europe/Berlin' },
        { days_of_month: ['1:5', '-2:-1'], months: ['1:3', 'december'], years: [2027] },
      ],
    },
  ],
  receivers: [receiver('team', 1, 2), receiver('On Call!', 3), receiver('dba', 4), { name: 'null' }],
};

async function imported(config: unknown) {
  const found = importAlertmanager(config);
  assert.ok(found !== null);
  const yaml = found.resources.map((one) => printYaml(one)).join('---\n');
  return {
    ...found,
    set: await setOf(
      { 'a.yaml': yaml },
      { channelTypes: channelSchemas, env: new Proxy({}, { get: () => 'https://hooks.example/x' }) },
    ),
  };
}

test('[BR-INT-001] [BR-NOT-016] an imported tree tells the same receivers, in the same groups', async () => {
  const { set, notes } = await imported(CONFIG);
  const told = (labels: Record<string, string>) =>
    set.policy
      .route('default', labels)
      .map(({ timing, groupLabels }) => [timing.channels.join(), Object.keys(groupLabels).join()]);
  assert.deepEqual(told({ alertname: 'A', cluster: 'c' }), [['team-webhook,team-webhook-2', 'alertname,cluster']]);
  const critical = { alertname: 'A', cluster: 'c', severity: 'critical', team: 'db' };
  assert.deepEqual(told(critical), [['on-call', 'alertname,cluster']]);
  assert.deepEqual(told({ ...critical, service: 'my"sql', instance: 'db-7' }), [['dba', 'alertname,cluster']]);
  assert.deepEqual(
    told({ ...critical, service: 'my"sql', instance: 'db-7x' }),
    [['on-call', 'alertname,cluster']],
    'anchored',
  );
  assert.deepEqual(told({ alertname: 'A', severity: 'none' }), [['null', 'alertname,severity']]);
  const [{ timing }] = set.policy.route('default', critical) as [ReturnType<typeof set.policy.route>[number]];
  assert.deepEqual([timing.groupWait, timing.groupInterval, timing.repeatInterval], [10_000, 300_000, 9 * 86_400_000]);
  assert.equal(set.policy.inhibitions('default').length, 1);
  assert.match(notes.join('\n'), /inhibit_rules\[1\] has no matchers on one side/);
  assert.match(notes.join('\n'), /receiver null tells nobody/);
});

test('[BR-INT-001] imported time intervals hold at the same times', async () => {
  const { set } = await imported(CONFIG);
  const muted = { alertname: 'A', severity: 'critical', team: 'db', service: 'my"sql', instance: 'db-7' };
  const [match] = set.policy.route('default', muted);
  const held = (at: string) => set.policy.timeHold('default', match!.timing, Date.parse(at)) !== null;
  assert.equal(held('2026-11-23T06:59:00Z'), true, 'Monday before 08:00 in Berlin');
  assert.equal(held('2026-11-23T07:00:00Z'), false);
  assert.equal(held('2027-02-27T12:00:00Z'), true, 'the last but one of February');
  assert.equal(held('2027-06-30T12:00:00Z'), false);
});

test('[BR-SEC-014] secrets do not come along, and what has no channel is said', async () => {
  const config = {
    global: {
      smtp_smarthost: 'mail.example.com:587',
      smtp_from: 'a@example.com',
      smtp_auth_username: 'am',
      smtp_auth_password: 'geheim',
    },
    route: { receiver: 'all' },
    receivers: [
      {
        name: 'all',
        email_configs: [{ to: 'a@example.com, b@example.com' }],
        slack_configs: [{ api_url: 'https://hooks.slack.com/services/geheim', channel: '#x', send_resolved: true }],
        pagerduty_configs: [{ routing_key: 'geheim' }],
        msteams_configs: [{ webhook_url: 'https://geheim.example' }],
        webhook_configs: [
          { url: 'https://hooks.example/x', http_config: { authorization: { credentials: 'geheim' } } },
        ],
        opsgenie_configs: [{ api_key: 'geheim' }],
      },
    ],
  };
  const { resources, notes, set } = await imported(config);
  assert.doesNotMatch(JSON.stringify([resources, notes]), /geheim/);
  assert.equal(set.channels.size, 5);
  assert.equal(set.policy.channel('default', 'all-email')?.sendResolved, false, 'as Alertmanager does by itself');
  assert.equal(set.policy.channel('default', 'all-slack')?.sendResolved, true);
  assert.match(notes.join('\n'), /set HERALD_ALL_EMAIL_SMTP_PASSWORD to the smtp password/);
  assert.match(notes.join('\n'), /opsgenie_configs are not imported/);
});

test('[BR-SEC-001] mail without TLS stays so only where nobody logs in', async () => {
  const config = (global: object) => ({
    global: { smtp_smarthost: 'mail.example.com:25', smtp_from: 'a@example.com', smtp_require_tls: false, ...global },
    route: { receiver: 'm' },
    receivers: [{ name: 'm', email_configs: [{ to: 'b@example.com' }] }],
  });
  const security = ({ resources }: Awaited<ReturnType<typeof imported>>) =>
    resources.flatMap(({ spec }) => ('security' in spec ? [spec.security] : []));
  assert.deepEqual(security(await imported(config({}))), ['opportunistic']);
  const withLogin = await imported(config({ smtp_auth_username: 'am' }));
  assert.deepEqual(security(withLogin), ['starttls']);
  assert.match(withLogin.notes.join('\n'), /it needs STARTTLS here/);
});

test('what is no configuration of an Alertmanager is none', () => {
  for (const other of [null, 5, [], {}, { route: 'x' }]) assert.equal(importAlertmanager(other), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mapped } from '../../../ingress/formats/mapped.ts';
import { compileMapping, type MappingSpec } from '../../../rules/mapping.ts';
import '../../support/leaks.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');

function decode(spec: MappingSpec, body: unknown) {
  const compiled = compileMapping(spec);
  assert.ok(compiled.ok, compiled.ok ? '' : JSON.stringify(compiled.problems));
  return mapped.decode(body, { tenant: 't', source: 's', now: NOW, mapping: compiled.mapping });
}

function problemsOf(spec: MappingSpec, body: unknown): string[] {
  const { alerts, problems } = decode(spec, body);
  assert.deepEqual(alerts, []);
  return problems.list.map(({ path, value, allowed }) => `${path}: ${value}; ${allowed}`);
}

const zabbix: MappingSpec = {
  alerts: 'body.events.filter(e, e.kind == "trigger")',
  status: 'item.value == 0.0 ? "resolved" : "firing"',
  labels: {
    alertname: 'item.trigger',
    host: 'item.host.name',
    severity: '["info", "warning", "critical"][int(item.severity)]',
    id: 'item.id',
    muted: 'item.muted',
    team: 'has(item.team) ? item.team : ""',
    site: 'body.site',
  },
  annotations: { summary: 'item.trigger + " on " + item.host.name' },
  startsAt: 'item.clock',
  generatorURL: '"https://zabbix.example/" + string(item.id)',
};

const event = {
  kind: 'trigger',
  value: 1,
  trigger: 'Disk full',
  host: { name: 'db1' },
  severity: 2,
  id: 17,
  muted: false,
  clock: 1_795_428_000,
};

test('[BR-WH-018] [BR-INT-013] [BR-AP-003] expressions turn any JSON into alerts in the normal form', () => {
  const { alerts, problems } = decode(zabbix, {
    site: 'ber',
    events: [event, { kind: 'other' }, { ...event, value: 0 }],
  });
  assert.deepEqual(problems.list, []);
  assert.equal(alerts.length, 2);
  const [first, second] = alerts;
  assert.deepEqual(first?.labels, {
    alertname: 'Disk full',
    host: 'db1',
    severity: 'critical',
    id: '17',
    muted: 'false',
    site: 'ber',
  });
  assert.equal(first?.annotations.summary, 'Disk full on db1');
  assert.equal(first?.startsAt, 1_795_428_000_000);
  assert.equal(first?.generatorURL, 'https://zabbix.example/17');
  assert.deepEqual([first?.status, first?.endsAt], ['firing', null]);
  assert.deepEqual([second?.status, second?.endsAt], ['resolved', NOW]);
  assert.equal(second?.fingerprint, first?.fingerprint);
});

test('without a list of alerts the body is the list, or the one alert', () => {
  const spec = { labels: { alertname: 'item.name' } };
  assert.equal(decode(spec, [{ name: 'a' }, { name: 'b' }]).alerts.length, 2);
  assert.equal(decode(spec, { name: 'a' }).alerts[0]?.labels.alertname, 'a');
});

test('labels may come as one map, lists of lists are made flat, and the index counts', () => {
  const spec: MappingSpec = {
    alerts: 'body.groups.map(g, g.alerts).flatten()',
    labels: '{"alertname": item.tags.name, "n": index}',
    annotations: 'item.tags',
  };
  const { alerts } = decode(spec, {
    groups: [{ alerts: [{ tags: { name: 'a' } }] }, { alerts: [{ tags: { name: 'b', x: 1 } }] }],
  });
  assert.deepEqual(
    alerts.map(({ labels }) => labels),
    [
      { alertname: 'a', n: '0' },
      { alertname: 'b', n: '1' },
    ],
  );
  assert.deepEqual(alerts[1]?.annotations, { name: 'b', x: '1' });
});

test('times come as timestamps, as text, as seconds or as milliseconds', () => {
  const startsAt = (expression: string, item: object = {}) =>
    decode({ labels: { a: '"x"' }, startsAt: expression }, item).alerts[0]?.startsAt;
  const at = Date.parse('2026-11-20T00:00:00Z');
  assert.equal(startsAt('timestamp("2026-11-20T00:00:00Z")'), at);
  assert.equal(startsAt('item.t', { t: '2026-11-20T00:00:00Z' }), at);
  assert.equal(startsAt('item.t', { t: at / 1000 }), at);
  assert.equal(startsAt('item.t', { t: at }), at);
  assert.equal(startsAt('item.t', { t: null }), NOW);
});

test('[BR-WH-003] every expression that fails is a problem with its place and its text', () => {
  assert.deepEqual(problemsOf(zabbix, { site: 'ber', events: [{ ...event, host: {}, severity: 9, clock: 'soon' }] }), [
    '/alerts/0/labels/host: no such key: name at character 11, "name"; text from item.host.name',
    '/alerts/0/labels/severity: no such key: index out of bounds, index 9 >= size 3 at character 1, "[\\"info\\", \\"warning\\", \\"critical\\""; text from ["info", "warning", "critical"][int(item.severity)]',
    '/alerts/0/annotations/summary: no such key: name at character 35, "name"; text from item.trigger + " on " + item.host.name',
  ]);
  assert.match(problemsOf(zabbix, { events: 5 })[0]!, /^\/alerts: .*; a list, or one object, from body\.events/);
  assert.match(
    problemsOf({ labels: { a: 'item' } }, { x: 1 })[0]!,
    /^\/alerts\/0\/labels\/a: gives an object; text from item$/,
  );
  assert.match(
    problemsOf({ labels: 'item.x' }, { x: 1 })[0]!,
    /^\/alerts\/0\/labels: gives no map; a map from item\.x$/,
  );
  assert.match(problemsOf({ labels: { a: 'item.a' } }, { a: null })[0]!, /labels: object; at least one label/);
  assert.match(problemsOf({ labels: { a: '"x"' }, status: '"bad"' }, {})[0]!, /\/alerts\/0\/status: bad; "firing"/);
  assert.match(
    problemsOf({ labels: { a: '"x"' }, startsAt: 'item.t' }, { t: 'soon' })[0]!,
    /startsAt: soon; an RFC 3339/,
  );
});

test('a body made to hurt is a problem, not a stall', () => {
  const many = Array.from({ length: 10_001 }, () => 1);
  assert.match(problemsOf({ labels: { a: '"x"' } }, many)[0]!, /^\/alerts: 10001; at most 10000 alerts/);
  const square = { alerts: '[1]', labels: { a: 'string(body.exists(x, body.exists(y, y == 2.0)))' } };
  assert.match(problemsOf(square, many)[0]!, /goes through more than 1000 items/);
  const tags = Array.from({ length: 25 }, (_, i) => `t${i}`);
  const nested = { labels: { a: 'item.tags.exists(x, item.tags.exists(y, x + y == "z")) ? "1" : "2"' } };
  const { alerts, problems } = decode(
    nested,
    Array.from({ length: 5000 }, () => ({ tags })),
  );
  assert.ok(alerts.length > 100 && alerts.length < 5000);
  assert.match(problems.list.at(-1)!.allowed, /go through at most 1000000 items together/);
  assert.equal(decode(nested, [{ tags }]).problems.count, 0, 'the next body has its own');
});

test('whatever the body, decoding gives alerts or problems', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      const { alerts, problems } = decode(zabbix, body);
      const loose = decode({ labels: { a: 'item', b: '"x"' }, startsAt: 'item' }, body);
      assert.ok(alerts.length >= 0 && (loose.alerts.length > 0 || loose.problems.count > 0 || Array.isArray(body)));
      assert.ok(problems.list.every(({ path }) => path.startsWith('/alerts')));
    }),
    { numRuns: 500 },
  );
});

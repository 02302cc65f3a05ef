import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fingerprint } from '../../../alert/fingerprint.ts';
import { FORMATS } from '../../../ingress/formats/by-name.ts';
import type { Decoded } from '../../../ingress/formats/format.ts';
import { compileMapping } from '../../../rules/mapping.ts';

const NOW = Date.parse('2026-11-23T09:00:00Z');
const FUTURE = '2026-11-23T09:04:00.000000001Z';
const PAST = '2026-11-23T08:59:00Z';
const labels = { alertname: 'Up' };

const compiled = compileMapping({
  alerts: 'body.alerts',
  labels: 'item.labels',
  annotations: 'has(item.annotations) ? item.annotations : {}',
  startsAt: 'has(item.startsAt) ? item.startsAt : null',
});
assert.ok(compiled.ok);
const { mapping } = compiled;

function decode(format: string, body: unknown): Decoded {
  return FORMATS.get(format)!.decode(body, { tenant: 't', source: 's', now: NOW, mapping });
}

function only(format: string, body: unknown) {
  const { alerts, problems } = decode(format, body);
  assert.deepEqual(problems.list, []);
  assert.equal(alerts.length, 1);
  return alerts[0]!;
}

function paths(format: string, body: unknown): string[] {
  return decode(format, body).problems.list.map(({ path }) => path);
}

test('[BR-INT-001] alertmanager: a firing alert without an end stays open, a resolved one ends when it says, or now', () => {
  const firing = only('alertmanager', { alerts: [{ status: 'firing', labels, endsAt: '0001-01-01T00:00:00Z' }] });
  assert.deepEqual([firing.status, firing.endsAt, firing.startsAt], ['firing', null, NOW]);
  const resolved = only('alertmanager', { alerts: [{ status: 'resolved', labels, startsAt: PAST, endsAt: PAST }] });
  assert.deepEqual([resolved.status, resolved.endsAt], ['resolved', Date.parse(PAST)]);
  assert.equal(only('alertmanager', { alerts: [{ status: 'resolved', labels }] }).endsAt, NOW);
});

test('[BR-INT-001] alertmanager: unknown fields and missing annotations are no problem', () => {
  const body = {
    version: '9',
    notification_reason: {},
    alerts: [{ status: 'firing', labels, annotations: null, more: [[]] }],
  };
  assert.deepEqual(only('alertmanager', body).annotations, {});
});

test('[BR-INT-002] grafana: nullable values pass, and its links become annotations unless the rule sets them', () => {
  const alert = {
    status: 'firing',
    labels,
    annotations: { panelURL: 'mine' },
    values: null,
    dashboardURL: 'https://g/d',
    panelURL: 'https://g/p',
    silenceURL: '',
    fingerprint: 'ffffffffffffffff',
  };
  const decoded = only('grafana', { version: '1', orgId: 1, state: 'alerting', alerts: [alert] });
  assert.deepEqual(decoded.annotations, { dashboardURL: 'https://g/d', panelURL: 'mine' });
});

test('[BR-AP-003] prometheus: a future end is kept on a firing alert, a missing one is five minutes away, a past one resolves', () => {
  const future = only('prometheus', [{ labels, startsAt: PAST, endsAt: FUTURE }]);
  assert.deepEqual([future.status, future.endsAt], ['firing', NOW + 4 * 60_000]);
  const missing = only('prometheus', [{ labels }]);
  assert.deepEqual([missing.status, missing.endsAt, missing.startsAt], ['firing', NOW + 5 * 60_000, NOW]);
  const past = only('prometheus', [{ labels, endsAt: PAST }]);
  assert.deepEqual([past.status, past.endsAt, past.startsAt], ['resolved', Date.parse(PAST), Date.parse(PAST)]);
});

test('prometheus: the valid alerts are kept beside the problems of the others', () => {
  const { alerts, problems } = decode('prometheus', [
    { labels: { a: '1' } },
    { labels: { a: 1 } },
    { labels, startsAt: FUTURE, endsAt: PAST },
    7,
    { labels: { a: '2' } },
  ]);
  assert.deepEqual(
    alerts.map((alert) => alert.labels.a),
    ['1', '2'],
  );
  assert.deepEqual(
    problems.list.map(({ path }) => path),
    ['/1/labels/a', '/1/labels', '/2/endsAt', '/3'],
  );
});

test('[BR-AP-003] herald: one alert, a list and an object of alerts are all taken, with labels alone', () => {
  for (const body of [{ labels }, [{ labels }], { alerts: [{ labels }] }]) {
    const alert = only('herald', body);
    assert.deepEqual([alert.status, alert.startsAt, alert.endsAt, alert.generatorURL], ['firing', NOW, null, '']);
    assert.deepEqual([alert.tenant, alert.source], ['t', 's']);
  }
});

test('herald: without a status, an end that has passed makes it resolved; a status decides against the end', () => {
  assert.equal(only('herald', { labels, endsAt: PAST }).status, 'resolved');
  assert.equal(only('herald', { labels, endsAt: FUTURE }).endsAt, NOW + 4 * 60_000);
  const firing = only('herald', { status: 'firing', labels, endsAt: PAST });
  assert.deepEqual([firing.status, firing.endsAt], ['firing', null]);
});

test('empty labels are dropped before the fingerprint is taken', () => {
  const alert = only('herald', { labels: { a: 'b', empty: '' } });
  assert.deepEqual(alert.labels, { a: 'b' });
  assert.equal(alert.fingerprint, fingerprint({ a: 'b' }));
  assert.deepEqual(paths('herald', { labels: { empty: '' } }), ['/labels']);
});

test("a sender's own fingerprint is not trusted", () => {
  const sent = { status: 'firing', labels, fingerprint: 'ffffffffffffffff' };
  for (const format of ['alertmanager', 'grafana', 'herald']) {
    assert.equal(only(format, { alerts: [sent] }).fingerprint, fingerprint(labels), format);
  }
});

test('the same alert twice in one request stays twice, in order', () => {
  const { alerts } = decode('alertmanager', {
    alerts: [
      { status: 'firing', labels },
      { status: 'resolved', labels },
    ],
  });
  assert.deepEqual(
    alerts.map(({ status }) => status),
    ['firing', 'resolved'],
  );
});

test('[BR-WH-003] every problem of an alert is told with its path', () => {
  const body = JSON.parse(`{"alerts":[{"status":1,"labels":{"":"x","a/b~c":null,"__proto__":"x"},"annotations":[],
    "startsAt":5,"endsAt":"soon","generatorURL":{}}]}`);
  assert.deepEqual(paths('alertmanager', body), [
    '/alerts/0/status',
    '/alerts/0/labels/',
    '/alerts/0/labels/a~1b~0c',
    '/alerts/0/labels/__proto__',
    '/alerts/0/labels',
    '/alerts/0/annotations',
    '/alerts/0/startsAt',
    '/alerts/0/endsAt',
    '/alerts/0/generatorURL',
  ]);
});

test('[BR-WH-003] a body of another shape is told at its root', () => {
  for (const body of [null, 1, 'x', true]) {
    for (const format of ['alertmanager', 'grafana', 'herald', 'prometheus'])
      assert.deepEqual(paths(format, body), ['']);
  }
  assert.deepEqual(paths('alertmanager', []), ['']);
  assert.deepEqual(paths('alertmanager', {}), ['/alerts']);
  assert.deepEqual(paths('prometheus', { alerts: [] }), ['']);
  assert.deepEqual(paths('herald', { alerts: 'x' }), ['/alerts']);
});

test('[BR-WH-024] what is decoded holds strings and numbers only, whatever came in', () => {
  const format = fc.constantFrom(...FORMATS.keys());
  const field = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.string(), fc.string()),
    fc.constantFrom('firing', PAST, FUTURE),
  );
  const fields = fc.constantFrom('labels', 'annotations', 'status', 'startsAt', 'endsAt', 'generatorURL');
  const raw = fc.dictionary(fields, field, { minKeys: 1 });
  fc.assert(
    fc.property(format, fc.array(raw), (name, list) => {
      const { alerts, problems } = decode(name, name === 'prometheus' ? list : { alerts: list });
      assert.ok(alerts.length === list.length || problems.count > 0);
      for (const alert of alerts) {
        assert.ok(Object.keys(alert.labels).length > 0);
        for (const [label, value] of [...Object.entries(alert.labels), ...Object.entries(alert.annotations)]) {
          assert.ok(label !== '' && typeof value === 'string' && value !== '');
        }
        assert.ok(Number.isInteger(alert.startsAt) && (alert.endsAt === null || Number.isInteger(alert.endsAt)));
        assert.equal(alert.status === 'resolved' && alert.endsAt === null, false);
        assert.equal(alert.fingerprint, fingerprint(alert.labels));
      }
    }),
  );
});

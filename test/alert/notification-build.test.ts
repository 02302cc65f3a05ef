import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GroupedAlert } from '../../alert/notification.ts';
import { buildNotification, MAX_BYTES } from '../../alert/notification-build.ts';
import { anAlert } from '../support/notification.ts';

const timing = { groupWait: 0, groupInterval: 0, repeatInterval: 0, channels: [] };
const group = { id: 'g', tenant: 't', key: '{}:{}', labels: {}, timing };

function build(alerts: readonly GroupedAlert[], maxAlerts = 0) {
  return buildNotification({ id: 'n', group, channel: 'ops', alerts, maxAlerts, reasons: [], now: 0 });
}

test('what does not fit is left off and counted', () => {
  const alerts = Array.from({ length: 10_000 }, (_, i) => anAlert({ fingerprint: String(i).padStart(16, '0') }));
  const notification = build(alerts);
  assert.ok(notification.alerts.length > 100);
  assert.equal(notification.alerts.length + notification.truncatedAlerts, alerts.length);
  assert.equal(notification.alerts[0], alerts[0]);
});

test("a channel's max_alerts holds too", () => {
  const alerts = [anAlert(), anAlert(), anAlert()];
  assert.deepEqual([build(alerts, 2).alerts.length, build(alerts, 2).truncatedAlerts], [2, 1]);
  assert.deepEqual([build(alerts, 3).alerts.length, build(alerts, 3).truncatedAlerts], [3, 0]);
});

test('what is left off still counts for environment and priority', () => {
  const harmless = anAlert({ environment: 'testing', priority: 'P5' });
  const notification = build([harmless, anAlert({ environment: 'production', priority: 'P1' })], 1);
  assert.deepEqual([notification.environment, notification.priority], ['production', 'P1']);
});

test('an alert too large for any notification still goes, alone', () => {
  const huge = anAlert({ annotations: { summary: 'x'.repeat(MAX_BYTES) } });
  assert.equal(build([huge, anAlert()]).alerts.length, 1);
});

test('whatever the alerts hold, the JSON of several stays within the bound', () => {
  const unit = fc.constantFrom('a', '"', '\\', '\n', '\u0001', '\u00e9', '\u65e5', '\u{1f600}');
  const text = fc.tuple(unit, fc.integer({ min: 1, max: 60_000 })).map(([one, times]) => one.repeat(times));
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 12 }), (texts) => {
      const { alerts } = build(texts.map((summary) => anAlert({ annotations: { summary } })));
      if (alerts.length > 1) assert.ok(Buffer.byteLength(JSON.stringify(alerts)) <= MAX_BYTES);
    }),
  );
});

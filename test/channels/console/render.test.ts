import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { reason } from '../../../alert/reason.ts';
import { render } from '../../../channels/console/render.ts';
import { aNotification, anAlert } from '../../support/notification.ts';

const PLAIN = { colour: false };
const COLOURED = { colour: true };

test('[BR-NOT-003] a notification about one alert is one line with everything that matters', () => {
  assert.equal(
    render(aNotification(), PLAIN),
    '2026-11-23T08:57:23Z FIRING   P1 production alertname="KubePodCrashLooping" namespace="payments-prod" ' +
      '1 alert: Pod is crash looping [n-5f1c9a3e00d2b764-1]\n',
  );
});

test('[BR-NOT-003] resolved reads as resolved', () => {
  const line = render(aNotification({ status: 'resolved', alerts: [anAlert({ status: 'resolved' })] }), PLAIN);
  assert.match(line, /^2026-11-23T08:57:23Z RESOLVED P1 production /);
});

test('[BR-AP-008] what was held back until now is said in a line of its own, harmless whatever a person wrote', () => {
  const reasons = [
    reason('group.first'),
    reason('hold.ended', '2 alerts were held back for up to 2h5m: hold.silence \u001b[2J'),
  ];
  const [, second, ...rest] = render(aNotification({ reasons }), PLAIN).trimEnd().split('\n');
  assert.equal(second, '  (2 alerts were held back for up to 2h5m: hold.silence \\u{1b}[2J)');
  assert.deepEqual(rest, []);
});

test('[BR-NOT-003] several alerts follow indented, a few of them, with the labels that are their own', () => {
  const alerts = Array.from({ length: 8 }, (_, index) =>
    anAlert({ labels: { alertname: 'KubePodCrashLooping', namespace: 'payments-prod', pod: `api-${index}` } }),
  );
  const lines = render(aNotification({ alerts, truncatedAlerts: 2 }), PLAIN)
    .trimEnd()
    .split('\n');
  assert.match(lines[0] ?? '', / 10 alerts: Pod is crash looping /);
  assert.deepEqual(lines.slice(1), [
    '  - FIRING   P1 pod="api-0" Pod is crash looping',
    '  - FIRING   P1 pod="api-1" Pod is crash looping',
    '  - FIRING   P1 pod="api-2" Pod is crash looping',
    '  - FIRING   P1 pod="api-3" Pod is crash looping',
    '  - FIRING   P1 pod="api-4" Pod is crash looping',
    '  - and 5 more',
  ]);
});

test('colours only decorate: without them the text is the same', () => {
  const coloured = render(aNotification(), COLOURED);
  assert.notEqual(coloured, render(aNotification(), PLAIN));
  assert.equal(stripVTControlCharacters(coloured), render(aNotification(), PLAIN));
});

test('an alert without a summary is told by its description, else by its name', () => {
  const described = aNotification({ alerts: [anAlert({ annotations: { description: 'it  is\n  down' } })] });
  assert.match(render(described, PLAIN), /1 alert: it is down \[/);
  assert.match(
    render(aNotification({ alerts: [anAlert({ annotations: {} })] }), PLAIN),
    /1 alert: KubePodCrashLooping \[/,
  );
});

test('[BR-WH-024] escapes, line breaks and reversed text in labels become readable, and quotes stay inside', () => {
  const groupLabels = { a: '\u001b[2J\u0007', b: 'x\r\nFIRING', c: 'safe\u202etxt', d: 'say "hi"\\', e: '\ud83d' };
  const line = render(aNotification({ groupLabels }), PLAIN);
  assert.ok(
    line.includes(
      String.raw`a="\u{1b}[2J\u{7}" b="x\u{d}\u{a}FIRING" c="safe\u{202e}txt" d="say \"hi\"\\" e="\u{d83d}"`,
    ),
    line,
  );
});

test('text in any script is left as it is', () => {
  const groupLabels = {
    team: 'Zahlungen \u00e4\u00f6\u00fc',
    owner: '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    icon: '\u{1f469}\u200d\u{1f680}',
  };
  const line = render(aNotification({ groupLabels }), PLAIN);
  for (const value of Object.values(groupLabels)) assert.ok(line.includes(`"${value}"`), line);
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.constantFrom('\u001b[31m', '\u009b2J', '\n', '\r', '\u2028', '\u202e', '\ufeff', '\ud800', '\u{e0041}', '\u0000'),
);
const labels = fc.dictionary(text, text, { maxKeys: 20 });
const notification = fc
  .record({
    id: text,
    groupLabels: labels,
    alerts: fc.array(fc.record({ labels, annotations: labels, summary: text }), { maxLength: 12 }),
  })
  .map(({ id, groupLabels, alerts }) =>
    aNotification({
      id,
      groupLabels,
      alerts: alerts.map((alert) =>
        anAlert({ labels: alert.labels, annotations: { ...alert.annotations, summary: alert.summary } }),
      ),
    }),
  );

test('[BR-WH-024] whatever a notification holds, nothing but text is printed, on few lines of bounded length', () => {
  fc.assert(
    fc.property(notification, (given) => {
      const printed = render(given, PLAIN);
      assert.ok(printed.endsWith('\n'));
      const lines = printed.slice(0, -1).split('\n');
      assert.ok(lines.length <= 7);
      for (const line of lines) {
        assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u);
        assert.ok(line.length < 30_000);
      }
      if (given.alerts.length <= 1) assert.equal(lines.length, 1);
    }),
  );
});

test('[BR-WH-024] in colour the only escapes are the colours', () => {
  fc.assert(
    fc.property(notification, (given) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
      const withoutColours = render(given, COLOURED).replace(/\u001b\[[0-9;]+m/g, '');
      assert.equal(withoutColours, render(given, PLAIN));
    }),
  );
});

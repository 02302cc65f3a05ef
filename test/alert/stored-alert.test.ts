import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import { SharedGroupRef } from '../../alert/group-ref.ts';
import { StoredAlert, storedAlert, storedAs, withFields, withLabels } from '../../alert/stored-alert.ts';
import { pack, unpack } from '../../bus/pack.ts';
import { anAlert } from '../support/notification.ts';

/** JSON has no half surrogate pairs; a label may hold any other text. */
const anyText = fc.string({ unit: 'grapheme', maxLength: 20 });
const anyLabels = fc.dictionary(anyText, anyText, { maxKeys: 6 });
const anyAlert = fc
  .record({ labels: anyLabels, annotations: anyLabels, startsAt: fc.integer(), generatorURL: anyText })
  .map((change): Alert => anAlert(change));

/** What anyone can see of it. */
function seen(alert: Alert): unknown {
  const { labels, annotations, startsAt, generatorURL, tenant, fingerprint, status, endsAt, source } = alert;
  return { labels, annotations, startsAt, generatorURL, tenant, fingerprint, status, endsAt, source };
}

test('a stored alert answers as the alert does, also after its way over the bus', () => {
  fc.assert(
    fc.property(anyAlert, anyAlert, (alert, other) => {
      const stored = storedAlert(alert);
      const back = unpack(pack([stored, storedAlert(other)])) as Alert[];
      // Looked at in turns: what was read last is kept, and must not be taken for another's.
      for (const one of [stored, back[0]!]) assert.deepEqual(plain(seen(one)), plain(seen(alert)));
      assert.deepEqual(plain(seen(back[1]!)), plain(seen(other)));
      assert.deepEqual(plain(seen(back[0]!)), plain(seen(alert)));
      assert.ok(back[0] instanceof StoredAlert);
    }),
  );
});

/** A dictionary of fast-check has no prototype. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test('what is stored already is not stored again, and its JSON is that of the alert', () => {
  const alert = anAlert({ labels: { a: '1' } });
  const stored = storedAlert(alert);
  assert.equal(storedAlert(stored), stored);
  assert.deepEqual(JSON.parse(JSON.stringify(stored)), JSON.parse(JSON.stringify(alert)));
  const { labels: _, annotations: __, ...fields } = alert;
  const broken = storedAs<Alert>('{"a":"1"}', '{"b', fields);
  assert.throws(() => broken.annotations, SyntaxError);
  assert.throws(() => storedAs<Alert>('5', '{}', fields).labels, /^TypeError: 5 is no set of labels$/);
  assert.equal(JSON.parse(JSON.stringify(broken)).annotations, '{"b', 'in a dead letter it is to be seen');
});

test('other fields and other labels leave the rest, and the alert itself, as it was', () => {
  const alert = storedAlert(anAlert({ labels: { a: '1' }, annotations: { text: 'x' } }));
  const more = withFields(alert, { snoozedUntil: 5, status: 'resolved' as const });
  const shown = withLabels(more, { b: '2' });
  assert.deepEqual(
    [shown.labels, shown.annotations, shown.snoozedUntil, shown.status],
    [{ b: '2' }, { text: 'x' }, 5, 'resolved'],
  );
  assert.deepEqual([more.labels, alert.status, 'snoozedUntil' in alert], [{ a: '1' }, 'firing', false]);
});

test('a name such as __proto__ is a label like any other', () => {
  const labels = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>;
  const back = unpack(pack(storedAlert(anAlert({ labels })))) as Alert;
  assert.deepEqual(Object.entries(back.labels), Object.entries(labels));
});

test('a group that many alerts name is one object, however often it is read', () => {
  const timing = { groupWait: 1, groupInterval: 2, repeatInterval: 3, channels: ['ops'] };
  const group = new SharedGroupRef({ id: 'g', tenant: 't', key: '{}:{}', labels: { a: '1' }, timing });
  const [one, two] = unpack(pack([group, group])) as SharedGroupRef[];
  assert.equal(one, two);
  assert.deepEqual(one, group);
  assert.equal(unpack(pack(one)), one);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
import { compileAlertMask } from '../../rules/mask-alert.ts';
import '../support/leaks.ts';
import { rule } from './mask-rule.ts';

function alertOf(labels: Readonly<Record<string, string>>, change: Partial<Alert> = {}): Alert {
  const base = { tenant: 'default', status: 'firing', annotations: {}, startsAt: 1, endsAt: null, generatorURL: '' };
  return { ...base, source: 'herald', labels, fingerprint: fingerprint(labels), ...change } as Alert;
}

test('without rules there is no mask, and nothing to pay for', () => {
  assert.equal(compileAlertMask([]), null);
});

test('[BR-SEC-012] a field is masked, and its value as a word in every other text of the alert', () => {
  const mask = compileAlertMask([rule({ labels: ['session'] })])!;
  const alert = alertOf(
    { alertname: 'A', session: 'abc123', path: '/login/abc123' },
    { annotations: { summary: 'in abc123' }, generatorURL: 'http://p.example/?q=%7Bs%3D%22abc123%22%7D' },
  );
  const { labels, annotations, generatorURL } = mask(alert);
  assert.deepEqual(labels, { alertname: 'A', session: '[masked]', path: '/login/[masked]' });
  assert.deepEqual(annotations, { summary: 'in [masked]' });
  assert.equal(generatorURL, '', 'a link that holds it is none');
});

test('[BR-SEC-012] the identity stays: who differs in what is masked stays apart', () => {
  const mask = compileAlertMask([rule({ labels: ['customer'] })])!;
  const [jane, john] = ['Jane', 'John'].map((customer) => mask(alertOf({ alertname: 'A', customer })));
  assert.deepEqual(jane!.labels, john!.labels);
  assert.notEqual(jane!.fingerprint, john!.fingerprint);
  assert.equal(jane!.fingerprint, fingerprint({ alertname: 'A', customer: 'Jane' }));
});

test('what is replaced by nothing is a label that is not there', () => {
  const mask = compileAlertMask([rule({ labels: ['customer'], replacement: '' })])!;
  assert.deepEqual(mask(alertOf({ alertname: 'A', customer: 'Jane' })).labels, { alertname: 'A' });
});

test('[BR-SEC-012] no text that a pattern finds is left in any alert', () => {
  const mask = compileAlertMask([rule({ pattern: 'secret\\w*', caseSensitive: false, replacement: '*' })])!;
  const text = fc.stringMatching(/^[ a-z]{0,6}((secret|SECRET)[a-z]{0,4}[ %]?)?[ a-z]{0,6}$/);
  const set = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), text);
  fc.assert(
    fc.property(set, set, text, (labels, annotations, tail) => {
      const generatorURL = `http://p.example/${encodeURIComponent(tail)}`;
      const masked = mask(alertOf(labels, { annotations, generatorURL }));
      const values = [...Object.values(masked.labels), ...Object.values(masked.annotations), masked.generatorURL];
      assert.ok(values.every((value) => !/secret/i.test(value)));
    }),
  );
});

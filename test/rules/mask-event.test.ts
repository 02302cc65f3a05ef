import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileEventMask } from '../../rules/mask-event.ts';
import '../support/leaks.ts';
import { rule } from './mask-rule.ts';

test('[BR-SEC-012] labels and annotations are masked by name, comments and reasons by the words found there', () => {
  const mask = compileEventMask([rule({ labels: ['customer'] }), rule({ annotations: ['note'], pattern: '\\d+' })]);
  const data = mask({
    tenant: 'Jane',
    labels: { customer: 'Jane', source: 'Jane' },
    annotations: { note: 'order 4711', summary: 'order 4711' },
    comment: 'called Jane',
    generatorURL: 'http://p.example/?q=%22Jane%22',
    reasons: [{ code: 'route.matched', detail: '{customer="Jane"}' }],
  });
  assert.deepEqual(data, {
    tenant: 'Jane',
    labels: { customer: '[masked]', source: '[masked]' },
    annotations: { note: 'order [masked]', summary: 'order 4711' },
    comment: 'called [masked]',
    generatorURL: '',
    reasons: [{ code: 'route.matched', detail: '{customer="[masked]"}' }],
  });
});

test('[BR-SEC-012] in the key of a group a label is masked as it stands there, quoted', () => {
  const mask = compileEventMask([rule({ labels: ['customer'] })]);
  const groupKey = '{}/{customer="Jane \\"J\\""}:{alertname="A", customer="Jane \\"J\\"", team="x"}';
  assert.equal(
    mask({ groupKey, detail: 'Jane "J"' }).groupKey,
    '{}/{customer="[masked]"}:{alertname="A", customer="[masked]", team="x"}',
  );
  assert.equal(mask({ groupKey, detail: 'to Jane "J"' }).detail, 'to [masked]');
});

test('[BR-SEC-012] in the key of a group a name may hold spaces and dots', () => {
  const mask = compileEventMask([rule({ labels: ['the customer', 'user.name'] })]);
  const groupKey = '{}/{team=~"a|b"}:{alertname="A", customer="x", the customer="Jane", user.name="Joe"}';
  assert.equal(
    mask({ groupKey }).groupKey,
    '{}/{team=~"a|b"}:{alertname="A", customer="x", the customer="[masked]", user.name="[masked]"}',
  );
});

test('a pattern that finds everything leaves what events are joined by', () => {
  const mask = compileEventMask([rule({ pattern: '.+', replacement: '*' })]);
  const joined = {
    fingerprint: '0123456789abcdef',
    fingerprints: ['0123456789abcdef'],
    notificationId: 'n1',
    groupId: 'g1',
    endsAt: '2026-11-26T05:00:00.000Z',
    environment: 'production',
  };
  assert.deepEqual(mask({ ...joined, occurrences: 3, comment: 'x' }), { ...joined, occurrences: 3, comment: '*' });
});

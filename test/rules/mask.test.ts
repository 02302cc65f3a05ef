import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quote } from '../../alert/quote.ts';
import { reason } from '../../alert/reason.ts';
import { storedAlert } from '../../alert/stored-alert.ts';
import { compileMask, unmasked } from '../../rules/mask.ts';
import '../support/leaks.ts';
import { aNotification, anAlert } from '../support/notification.ts';
import { rule } from './mask-rule.ts';

test('[BR-SEC-012] a label is masked in every alert, in the group labels and in the group key', () => {
  const labels = { alertname: 'LoginFailed', customer: 'Jane "J" Doe' };
  const notification = aNotification({
    groupLabels: { customer: labels.customer },
    groupKey: '{}:{customer="Jane \\"J\\" Doe"}',
    alerts: [anAlert({ labels }), anAlert({ labels: { ...labels, pod: 'a' } })],
  });
  const masked = compileMask([rule({ labels: ['customer'] })])(notification);
  assert.deepEqual(masked.groupLabels, { customer: '[masked]' });
  assert.equal(masked.groupKey, '{}:{customer="[masked]"}');
  assert.deepEqual(
    masked.alerts.map((alert) => alert.labels),
    [
      { alertname: 'LoginFailed', customer: '[masked]' },
      { alertname: 'LoginFailed', customer: '[masked]', pod: 'a' },
    ],
  );
});

test('[BR-SEC-012] nothing of what is masked is left in the text that an alert was stored as', () => {
  const alert = storedAlert(anAlert({ labels: { alertname: 'A', pin: '4711' }, annotations: { note: 'is 0815' } }));
  const masked = compileMask([rule({ labels: ['pin'], annotations: ['note'] })])(aNotification({ alerts: [alert] }));
  assert.deepEqual(
    Object.keys(masked.alerts[0]!).filter((name) => name.endsWith('Text')),
    [],
  );
  assert.doesNotMatch(JSON.stringify(masked), /4711|0815/);
});

test('[BR-SEC-012] what is masked in its label is masked as a word wherever else it stands', () => {
  const notification = aNotification({
    groupLabels: {},
    alerts: [
      anAlert({
        labels: { user: 'bob', fullName: 'bob smith', host: 'bobcat-1' },
        annotations: { summary: 'bob smith (bob) cannot log in on bobcat-1' },
        generatorURL: 'http://prom.example/graph?g0.expr=up%7Buser%3D%22bob%20smith%22%7D',
      }),
    ],
    reasons: [reason('group.first', 'user="bob"')],
  });
  const masked = compileMask([rule({ labels: ['user', 'fullName'] })])(notification);
  const [alert] = masked.alerts;
  assert.equal(alert?.annotations.summary, '[masked] ([masked]) cannot log in on bobcat-1');
  assert.equal(alert?.labels.host, 'bobcat-1', 'a part of another word is another word');
  assert.equal(masked.reasons[0]?.detail, 'user="[masked]"');
  assert.equal(alert?.generatorURL, '', 'a link that holds it, escaped, is left out');
});

test('[BR-SEC-012] a word is found as it stands between quotes: in matchers, in JSON, in links within links', () => {
  const customer = 'Jürgen "J"\n& Co';
  const texts = {
    matcher: `silenced by customer=${quote(customer)}`,
    json: `event ${JSON.stringify({ customer })}`,
    ascii: 'event {"customer": "J\\u00fcrgen \\"J\\"\\n& Co"}',
    link: `see ${encodeURIComponent(`/graph?expr=${encodeURIComponent(`up{customer=${quote(customer)}}`)}`)}`,
    twice: `see http://x/?next=${encodeURIComponent(encodeURIComponent(encodeURIComponent(`?q=${customer}`)))}`,
    other: 'see http://x/?next=%252Fgraph%253Fq%253D100%2525',
  };
  const alert = anAlert({ labels: { customer }, annotations: texts });
  const masked = compileMask([rule({ labels: ['customer'] })])(aNotification({ alerts: [alert] }));
  assert.deepEqual(masked.alerts[0]?.annotations, {
    matcher: 'silenced by customer="[masked]"',
    json: 'event {"customer":"[masked]"}',
    ascii: 'event {"customer": "[masked]"}',
    link: 'see [masked]',
    twice: 'see [masked]',
    other: texts.other,
  });
});

test('[BR-SEC-012] a pattern is replaced in every text, and its groups may be kept', () => {
  const pattern = '(password|token)=\\S+';
  const notification = aNotification({
    alerts: [
      anAlert({
        annotations: { description: 'login with token=abc and PASSWORD=def failed' },
        owner: 'team password=x',
      }),
    ],
  });
  const mask = compileMask([rule({ pattern, caseSensitive: false, replacement: '$1=...' })]);
  const [alert] = mask(notification).alerts;
  assert.equal(alert?.annotations.description, 'login with token=... and PASSWORD=... failed');
  assert.equal(alert?.owner, 'team password=...', 'fields that nobody named are looked at, too');
});

test('[BR-SEC-012] a pattern of a field leaves the others alone', () => {
  const mask = compileMask([rule({ annotations: ['description'], pattern: '\\d+', replacement: '#' })]);
  const alert = anAlert({ annotations: { description: 'order 4711', summary: '12 orders' } });
  assert.deepEqual(mask(aNotification({ alerts: [alert] })).alerts[0]?.annotations, {
    description: 'order #',
    summary: '12 orders',
  });
});

test('identities, where it goes to, and what was decided stay what they are', () => {
  const notification = aNotification({ alerts: [anAlert({ labels: { id: 'n-1', status: 'firing' } })] });
  const masked = compileMask([rule({ pattern: '.+' })])(notification);
  for (const field of ['id', 'tenant', 'groupId', 'channel', 'status', 'environment', 'priority'] as const) {
    assert.equal(masked[field], notification[field]);
  }
  assert.equal(masked.alerts[0]?.fingerprint, notification.alerts[0]?.fingerprint);
  assert.equal(masked.reasons[0]?.code, 'group.first');
  assert.deepEqual(masked.alerts[0]?.labels, { id: '[masked]', status: '[masked]' }, 'labels of such names are masked');
});

test('without rules a notification is handed on as it is, and with them the original is not touched', () => {
  assert.equal(compileMask([]), unmasked);
  const notification = aNotification();
  const before = structuredClone(notification);
  compileMask([rule({ pattern: '.' }), rule({ labels: ['pod'] })])(notification);
  assert.deepEqual(notification, before);
});

test('[BR-SEC-012] a value of a masked label stands nowhere in what leaves, however it is written', () => {
  const secret = fc.string({ minLength: 3, maxLength: 20, unit: 'grapheme' }).filter((text) => text.trim().length > 2);
  const mask = compileMask([rule({ labels: ['customer'], replacement: '' })]);
  fc.assert(
    fc.property(secret, (value) => {
      // The words around it hold no letter of its alphabet next to it.
      const text = `for <${value}>, please`;
      const notification = aNotification({
        groupLabels: { customer: value },
        groupKey: '{}:{}',
        alerts: [anAlert({ labels: { customer: value }, annotations: { summary: text }, generatorURL: '' })],
        reasons: [reason('group.first', text)],
      });
      const masked = mask(notification);
      for (const shown of [masked.alerts[0]?.annotations.summary, masked.reasons[0]?.detail]) {
        assert.equal(shown?.replace('[masked]', '<>'), 'for <>, please');
      }
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import '../../support/leaks.ts';
import { addressIn, mailboxIn } from '../../../channels/email/address.ts';
import { readMessageId, subjectLine } from '../../../channels/email/thread.ts';

test('[BR-SEC-011] the forms of mail addresses that are taken', () => {
  assert.equal(addressIn('ops@example.com'), 'ops@example.com');
  assert.equal(addressIn("o'neil+on-call@Mail.Example.COM"), "o'neil+on-call@mail.example.com");
  assert.equal(addressIn('root@localhost'), 'root@localhost');
  assert.equal(addressIn('jörg@bücher.example'), 'jörg@xn--bcher-kva.example');
  assert.deepEqual(mailboxIn('Ops, "the" team <ops@example.com>'), null);
  assert.deepEqual(mailboxIn('"Ops team" <ops@example.com>'), { name: 'Ops team', address: 'ops@example.com' });
  assert.deepEqual(mailboxIn('Bücherei <a@example.com>'), { name: 'Bücherei', address: 'a@example.com' });
});

test('[BR-SEC-011] what is no single address is refused', () => {
  const refused = [
    '',
    '@example.com',
    'a@',
    'a b@example.com',
    '"a b"@example.com',
    'a@[127.0.0.1]',
    'a@-x.com',
    'a..b@x.com',
  ];
  const long = [`${'x'.repeat(65)}@example.com`, `a@${'x'.repeat(64)}.com`, `a@${'x.'.repeat(130)}com`];
  const attacks = [
    'a@x.com\n',
    'a@x.com>',
    'a@x.com,b@x.com',
    'a@x.com;b',
    'a@x.com\0',
    'a\u2028@x.com',
    'a@x.com BODY=8BITMIME',
  ];
  for (const text of [...refused, ...long, ...attacks]) assert.equal(addressIn(text), null, JSON.stringify(text));
});

test('[BR-SEC-011] whatever is taken can end no line and open no second address', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('a', '.', '@', '<', '>', '\r', '\n', ' ', ',', '"', '\\', 'ü', '\0', '\u2028'),
  });
  fc.assert(
    fc.property(hostile, (text) => {
      const mailbox = mailboxIn(text);
      if (mailbox === null) return;
      assert.match(mailbox.address, /^[^\s<>,;"\\@\p{Cc}]+@[a-z0-9.-]+$/u);
      assert.doesNotMatch(mailbox.name, /[\r\n<>"\\@,\p{Cc}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('[BR-SEC-011] a subject is one bounded line, whatever it is made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const subject = subjectLine(text);
      assert.ok(subject.length > 0 && subject.length <= 200);
      assert.doesNotMatch(subject, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

test('only ids of our own form are read as ours', () => {
  const mark = '0123456789abcdef01234567';
  assert.deepEqual(readMessageId(`<n-5f1c-3.5f1c.${mark}@example.com>`), {
    notificationId: 'n-5f1c-3',
    groupId: '5f1c',
    mark,
  });
  for (const text of ['', '<a@b>', `<a.b.${mark}.c@d>`, '<a.b.xyz@d>', `<a.b/c.${mark}@d>`])
    assert.equal(readMessageId(text), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Recipient } from '../../alert/notification.ts';
import type { Outcome } from '../../channels/outcome.ts';
import { anAlert } from '../support/notification.ts';
import { LivedChannel } from './lived-channel.ts';

const refuse: Outcome = { kind: 'rejected', detail: 'HTTP 410' };
const SMS = { channel: 'sms', address: '+4915' };
const CHAT = { channel: 'chat', address: 'U123' };
const alice: Recipient = { name: 'user/alice', address: 'alice@example.org', language: 'de', next: [SMS, CHAT] };
const ended = { status: 'resolved' as const, alerts: [anAlert({ status: 'resolved' })] };

test('[BR-ERR-012] [BR-ERR-013] [BR-NOT-021] a recipient is told by the next of their contacts, with its address, before the fallback of the channel', () => {
  const mail = new LivedChannel({ fallback: 'ops' }, 'mail').queue('a1', { recipient: alice });
  mail.settle();
  mail.answer('a1', refuse);
  const [went] = mail.effects;
  assert.deepEqual(
    [went?.channel, went?.recipient],
    ['sms', { name: 'user/alice', address: '+4915', language: 'de', next: [CHAT] }],
  );
  const sms = new LivedChannel({ fallback: 'ops' }, 'sms').take(went!);
  sms.settle();
  sms.answer('a1-f', refuse);
  const { next: _, ...last } = { ...alice, address: 'U123' };
  assert.deepEqual([sms.effects[0]?.channel, sms.effects[0]?.recipient], ['chat', last]);
});

test('[BR-ERR-012] the fallback of a channel gets no address that is in the terms of another', () => {
  const { next: _, ...only } = alice;
  const mail = new LivedChannel({ fallback: 'ops' }, 'mail').queue('a1', { recipient: only });
  mail.settle();
  mail.answer('a1', refuse);
  assert.deepEqual([mail.effects[0]?.channel, mail.effects[0]?.recipient], ['ops', undefined]);
  mail.queue('a2', { recipient: only, ...ended });
  assert.deepEqual([mail.effects[1]?.channel, mail.effects[1]?.recipient], ['ops', undefined], 'of the end as well');
});

test('[BR-ERR-011] who was told by another contact hears of the end there, too', () => {
  const mail = new LivedChannel({}, 'mail').queue('a1', { recipient: alice });
  mail.settle();
  mail.answer('a1', refuse);
  mail.queue('a2', { recipient: alice, ...ended });
  assert.deepEqual(
    mail.effects.map(({ channel, status, recipient }) => [channel, status, recipient?.address]),
    [
      ['sms', 'firing', '+4915'],
      ['sms', 'resolved', '+4915'],
    ],
  );
});

test('[BR-NOT-010] each contact has its own format, whichever is tried', () => {
  const plain = { ...SMS, format: 'plain' } as const;
  const mail = new LivedChannel({}, 'mail').queue('a1', {
    recipient: { ...alice, format: 'plain', next: [CHAT, plain] },
  });
  mail.settle();
  mail.answer('a1', refuse);
  assert.deepEqual(mail.effects[0]?.recipient, { name: 'user/alice', address: 'U123', language: 'de', next: [plain] });
  const chat = new LivedChannel({}, 'chat').take(mail.effects[0]!);
  chat.settle();
  chat.answer('a1-f', refuse);
  assert.deepEqual(chat.effects[0]?.recipient, {
    name: 'user/alice',
    address: '+4915',
    language: 'de',
    format: 'plain',
  });
});

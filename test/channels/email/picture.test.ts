import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEmailSender } from '../../../channels/email/send.ts';
import { createPictures, type Pictures } from '../../../channels/picture/pictures.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { startSmtp } from '../../support/providers/smtp.ts';
import { aContext } from '../../support/sender-context.ts';

const two = aNotification({ alerts: [anAlert(), anAlert({ startsAt: Date.parse('2026-11-23T08:50:00Z') })] });

async function setUp(pictures: Pictures) {
  const smtp = await startSmtp({});
  const options = {
    host: '127.0.0.1',
    port: smtp.port,
    security: 'none',
    allowPrivateAddresses: true,
    from: 'herald@example.com',
    to: ['ops@example.org'],
  } as const;
  const sender = createEmailSender({ ...options, to: [...options.to] }, { ...aContext(), pictures });
  atEnd(() => sender.close());
  return { smtp, send: () => sender.send(two, 1, new AbortController().signal, null) };
}

test('[BR-NOT-009] a mail about several alerts has their history inside, as a picture', async () => {
  const pictures = createPictures();
  atEnd(() => pictures.close());
  const { smtp, send } = await setUp(pictures);
  assert.equal((await send()).kind, 'delivered');
  const [mail] = await smtp.received(1);
  const [picture] = mail?.parsed.attachments ?? [];
  assert.equal(picture?.mimeType, 'image/png');
  assert.equal(picture?.disposition, 'inline');
  const cid = picture?.contentId?.replace(/^<|>$/g, '') ?? '';
  assert.notEqual(cid, '');
  const html = mail?.parsed.html ?? '';
  assert.ok(html.includes(`<img src="cid:${cid}" alt="Firing alerts over time: 2 at most, 2 now"`), html);
});

test('[BR-NOT-009] a mail whose picture cannot be drawn leaves without it, and its outcome says so', async () => {
  const pictures = createPictures();
  await pictures.close();
  const { smtp, send } = await setUp(pictures);
  const outcome = await send();
  assert.equal(outcome.kind, 'delivered');
  assert.match(outcome.detail, /; no picture of the history: the pool is closed$/);
  const [mail] = await smtp.received(1);
  assert.deepEqual(mail?.parsed.attachments, []);
});

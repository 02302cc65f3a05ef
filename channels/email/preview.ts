/** The parts of the mail that would be sent. Pictures stand inside the HTML, so that a browser shows it as it is. */

import type { Notification } from '../../alert/notification.ts';
import type { PreviewMessage, SenderContext } from '../sender.ts';
import { buildMail, markKey } from './message.ts';
import type { EmailOptions } from './options.ts';
import { picturesFor } from './picture.ts';
import { emailSettings } from './settings.ts';
import { textsFor } from './texts.ts';

export async function previewEmail(
  options: EmailOptions,
  context: SenderContext,
  notification: Notification,
): Promise<readonly PreviewMessage[]> {
  const settings = emailSettings(options);
  const { texts, wording, link, locale } = await textsFor(context, notification);
  const { pictures } = await picturesFor(context, notification, locale);
  const { recipient } = notification;
  const recipients = recipient === undefined ? [...settings.to] : [{ name: '', address: recipient.address }];
  const { mail } = buildMail(settings, markKey(null), {
    ...{ notification, recipients, remaining: [], thread: null, texts, wording, link, pictures, replies: false },
  });
  const { subject, text, html } = mail.content;
  const shown = html === undefined ? [] : [pictures.reduce(withPicture, String(html))];
  return [
    { what: 'to', contentType: 'text/plain', body: recipients.map(({ address }) => address).join(', ') },
    { what: 'subject', contentType: 'text/plain', body: String(subject) },
    { what: 'text', contentType: 'text/plain', body: String(text) },
    ...shown.map((body) => ({ what: 'HTML', contentType: 'text/html', body })),
  ];
}

function withPicture(
  html: string,
  { cid, contentType, content }: { cid: string; contentType: string; content: Buffer },
) {
  return html.replace(`cid:${cid}`, `data:${contentType};base64,${content.toString('base64')}`);
}

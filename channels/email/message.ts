/** A mail, whole: headers, text and HTML, and to whom. Made of a notification and texts; sends nothing. */

import { createHmac } from 'node:crypto';
import type { Notification } from '../../alert/notification.ts';
import type { Mailbox } from './address.ts';
import { domainOf } from './address.ts';
import { type HtmlContent, mailHtml, type Picture } from './html.ts';
import type { EmailSettings } from './settings.ts';
import type { Mail } from './smtp.ts';
import { mailText } from './text.ts';
import { messageId, rootId, subjectLine, type Thread } from './thread.ts';

export interface Texts {
  readonly subject: string;
  readonly title: string;
  readonly intro: string;
  /** Instead of the built-in text, unless empty. */
  readonly text: string;
  /** HTML instead of the built-in list of alerts, unless empty. */
  readonly html: string;
}

export interface Ingredients {
  readonly notification: Notification;
  /** Everybody whom the mail was meant for at first. */
  readonly recipients: readonly Mailbox[];
  /** Those of them who do not have it yet. */
  readonly remaining: readonly string[];
  readonly thread: Thread | null;
  readonly texts: Texts;
  readonly wording: HtmlContent['wording'];
  readonly link: HtmlContent['link'];
  readonly pictures: readonly Picture[];
  readonly replies: boolean;
}

export interface Built {
  readonly mail: Mail;
  readonly thread: Thread;
}

export function buildMail(settings: EmailSettings, key: Buffer, ingredients: Ingredients): Built {
  const { notification, recipients, remaining, texts, pictures, replies } = ingredients;
  const { from, replyTo, unsubscribeUrl, maxHtml } = settings;
  const addresses = recipients.map(({ address }) => address);
  const id = messageId(notification, addresses, key, from.address);
  // The first subject stays, or Gmail begins another conversation.
  const subject = ingredients.thread?.subject ?? subjectLine(texts.subject);
  const title = subjectLine(texts.title);
  const content = { ...ingredients, title, intro: texts.intro, body: texts.html, unsubscribeUrl, limit: maxHtml };
  const mail: Mail = {
    envelope: { from: settings.bounceTo, to: remaining },
    content: {
      from,
      to: [...recipients],
      ...(replyTo === null ? {} : { replyTo }),
      subject,
      messageId: id,
      date: new Date(notification.createdAt),
      references: references(notification, ingredients.thread, from),
      ...(ingredients.thread === null ? {} : { inReplyTo: ingredients.thread.last }),
      headers: headers(notification, settings),
      text: texts.text === '' ? mailText({ ...content, replies }) : texts.text,
      ...(notification.recipient?.format === 'plain' ? {} : { html: mailHtml(content) }),
      ...(pictures.length === 0 ? {} : { attachments: pictures.map(inline) }),
    },
  };
  return { mail, thread: { last: id, subject } };
}

function references(notification: Notification, thread: Thread | null, from: Mailbox): string[] {
  return [rootId(notification, from.address), ...(thread === null ? [] : [thread.last])];
}

/**
 * Auto-Submitted (RFC 3834) and Exchange's own header keep holiday notices away; List-Id (RFC 2919) is what people filter by.
 * nodemailer encodes the values; ids are safe by what they are made of.
 */
function headers(notification: Notification, { from, unsubscribeUrl }: EmailSettings): Record<string, string> {
  const { tenant, channel, id, groupId, status, priority } = notification;
  const urgent = status === 'firing' && (priority === 'P1' || priority === 'P2');
  return {
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'OOF, AutoReply',
    'List-Id': `<${label(channel)}.${label(tenant)}.herald.${domainOf(from.address)}>`,
    ...(unsubscribeUrl === null ? {} : { 'List-Unsubscribe': `<${unsubscribeUrl}>` }),
    ...(urgent ? { Importance: 'high', 'X-Priority': '1' } : {}),
    'X-Herald-Notification': id,
    'X-Herald-Group': groupId,
    'X-Herald-Status': `${status}; priority=${priority}; environment=${notification.environment}`,
  };
}

function label(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .slice(0, 63) || 'x'
  );
}

function inline({ cid, contentType, content, alt }: Picture) {
  const filename = `${alt.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40) || 'picture'}.${contentType === 'image/png' ? 'png' : 'jpg'}`;
  return { cid, contentType, content, filename, contentDisposition: 'inline' };
}

/** The key of Message-IDs' marks. `secret`: null where no replies come in, so that nobody relies on the marks. */
export function markKey(secret: string | null): Buffer {
  return createHmac('sha256', 'herald email mark')
    .update(secret ?? '')
    .digest();
}

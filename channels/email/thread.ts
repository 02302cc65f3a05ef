/**
 * Message-IDs and threads. A Message-ID follows from the notification, so that a mail that is sent again is the same mail to every
 * server and client that looks. All mails of a group name the same root, which was never sent: clients gather by References, whether
 * they know the root or not (RFC 5256, "REFERENCES" threading).
 *
 *   <n-5f1c9a3e00d2b764-3.5f1c9a3e00d2b764.4be1...@example.com>     notification . group . mark @ domain
 *
 * The mark proves, when somebody replies, that we sent this mail to that address (inbox/known-reply.ts).
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Notification } from '../../alert/notification.ts';
import { jsonObject } from '../json-object.ts';
import { domainOf } from './address.ts';

/** What the engine keeps of the last mail about a group to a recipient. */
export interface Thread {
  /** With angle brackets. */
  readonly last: string;
  /** Of the first mail: Gmail gathers only what has the same subject. */
  readonly subject: string;
}

export interface MessageName {
  readonly notificationId: string;
  readonly groupId: string;
  readonly mark: string;
}

const MARK_LENGTH = 24;
const LONGEST_SUBJECT = 300;
/** Letters that an id may consist of; RFC 5322 dot-atoms allow more, but not every gateway leaves them alone. */
const ID = /^[A-Za-z0-9_-]{1,128}$/;

type Named = Pick<Notification, 'id' | 'tenant' | 'groupId' | 'channel'>;

export function messageId(notification: Named, recipients: readonly string[], key: Buffer, from: string): string {
  const { id, groupId } = notification;
  return `<${safe(id)}.${safe(groupId)}.${markOf(notification, recipients, key)}@${domainOf(from)}>`;
}

/** Never sent: what all mails about a group refer to. */
export function rootId({ tenant, groupId }: Named, from: string): string {
  return `<group.${safe(groupId)}.${safe(tenant)}@${domainOf(from)}>`;
}

/** null: not one of ours. */
export function readMessageId(text: string): MessageName | null {
  const [notificationId = '', groupId = '', mark = '', ...others] = text
    .trim()
    .replace(/^<|>$/g, '')
    .replace(/@[^@]*$/, '')
    .split('.');
  if (others.length > 0 || ![notificationId, groupId].every((part) => ID.test(part))) return null;
  return /^[0-9a-f]+$/.test(mark) && mark.length === MARK_LENGTH ? { notificationId, groupId, mark } : null;
}

/** Was the mail of that name sent to exactly these? */
export function isMarked(
  { notificationId: id, groupId, mark }: MessageName,
  of: { readonly tenant: string; readonly channel: string },
  recipients: readonly string[],
  key: Buffer,
): boolean {
  const expected = markOf({ ...of, id, groupId }, recipients, key);
  return timingSafeEqual(Buffer.from(expected), Buffer.from(mark));
}

function markOf({ id, tenant, groupId, channel }: Named, recipients: readonly string[], key: Buffer): string {
  const told = recipients.map((address) => address.toLowerCase()).sort();
  const parts = [tenant, channel, safe(groupId), safe(id), ...told];
  return createHmac('sha256', key).update(parts.join('\n')).digest('hex').slice(0, MARK_LENGTH);
}

function safe(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 128);
}

export function writeThread(thread: Thread): string {
  return JSON.stringify(thread);
}

/** null: none, or written by something else. Then a mail begins without the one before it. */
export function readThread(reference: string | null): Thread | null {
  const { last, subject } = jsonObject(reference) ?? {};
  if (typeof last !== 'string' || typeof subject !== 'string' || subject.length > LONGEST_SUBJECT) return null;
  return /^<[\x21-\x3b\x3d\x3f-\x7e]{3,500}>$/.test(last) ? { last, subject } : null;
}

/** One line, bounded, without what could end a header or turn the text around. */
export function subjectLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return (line.length > 200 ? `${line.slice(0, 199).trimEnd()}…` : line).toWellFormed() || 'Alert';
}

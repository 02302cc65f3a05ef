/**
 * Reports of failed deliveries (RFC 3464). Only those count that quote one of our mails to the very address that they complain of: anybody
 * can send a report about anybody.
 */

import type { Email } from 'postal-mime';
import { addressIn } from '../address.ts';
import { type MessageName, readMessageId } from '../thread.ts';

export interface Bounce {
  readonly address: string;
  /** `5.1.1` (RFC 3463). */
  readonly status: string;
  /** For a person, one line. */
  readonly detail: string;
  /** Ids of notifications that were sent to this address alone: nobody has them. */
  readonly failed: readonly string[];
}

/** null: no report. Empty: one that says nothing of a failure of ours. */
export function bouncesIn(
  mail: Email,
  source: string,
  wasSentTo: (name: MessageName, address: string) => 'alone' | 'among others' | null,
): Bounce[] | null {
  const type = mail.headers.find(({ key }) => key === 'content-type')?.value ?? '';
  if (!/^multipart\/report\b/i.test(type) || !/report-type="?delivery-status/i.test(type)) return null;
  const report = mail.attachments.find(({ mimeType }) => mimeType === 'message/delivery-status');
  if (report === undefined) return [];
  const ours = namesIn(source);
  return recipientsOf(textOf(report.content)).flatMap((recipient) => {
    const sent = ours
      .map((name) => ({ name, how: wasSentTo(name, recipient.address) }))
      .filter(({ how }) => how !== null);
    if (sent.length === 0) return [];
    const alone = sent.filter(({ how }) => how === 'alone').map(({ name }) => name.notificationId);
    return [{ ...recipient, failed: [...new Set(alone)] }];
  });
}

/** Ids of our form anywhere in the report: the mail in question is quoted in one of several ways. */
function namesIn(source: string): MessageName[] {
  const ids = source.match(/<[\w.-]{10,300}@[\w.-]{1,253}>/g) ?? [];
  return [...new Set(ids)].map(readMessageId).filter((name) => name !== null);
}

/** A block of fields for each recipient, after one about the whole mail. `delayed` is not failed: the server goes on trying. */
function recipientsOf(report: string): Omit<Bounce, 'failed'>[] {
  return report
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n{2,}/)
    .flatMap((block) => {
      const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'im').exec(block)?.[1]?.trim() ?? '';
      const recipient = field('Original-Recipient') || field('Final-Recipient');
      const address = addressIn(recipient.replace(/^[^;]*;\s*/, '').replace(/^<|>$/g, ''));
      if (address === null || field('Action').toLowerCase() !== 'failed') return [];
      const status = /^[245]\.\d{1,3}\.\d{1,3}/.exec(field('Status'))?.[0] ?? '5.0.0';
      return [
        {
          address,
          status,
          detail: field('Diagnostic-Code')
            .replace(/[\s\p{Cc}]+/gu, ' ')
            .slice(0, 200),
        },
      ];
    });
}

function textOf(content: string | ArrayBuffer | Uint8Array): string {
  return typeof content === 'string' ? content : Buffer.from(content as Uint8Array).toString('utf8');
}

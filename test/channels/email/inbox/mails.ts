/** Mails as people's clients and mail servers write them, in answer to one of ours. */

import { markKey } from '../../../../channels/email/message.ts';
import { messageId } from '../../../../channels/email/thread.ts';

export const KEY_TEXT = 'a key of more than sixteen characters';
export const KEY = markKey(KEY_TEXT);
export const GROUP = '5f1c9a3e00d2b764';

export function idFor(...recipients: readonly string[]): string {
  const named = { id: `n-${GROUP}-1`, tenant: 'default', groupId: GROUP, channel: 'mail' };
  return messageId(named, recipients, KEY, 'herald@example.com');
}

export interface ReplyChange {
  readonly from?: string;
  readonly inReplyTo?: string;
  readonly headers?: readonly string[];
  readonly text?: string;
  readonly id?: string;
}

export function aReply(change: ReplyChange = {}): string {
  const { from = 'Alice <alice@example.org>', inReplyTo = idFor('alice@example.org'), headers = [] } = change;
  return [
    ...headers,
    `From: ${from}`,
    'To: herald@example.com',
    'Subject: Re: [P1] KubePodCrashLooping',
    `Message-ID: <${change.id ?? 'reply-1'}@example.org>`,
    `In-Reply-To: ${inReplyTo}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    change.text ?? 'ack\n\nOn Mon, 23 Nov 2026 at 09:57, Herald wrote:\n> ack is what you should write\n',
  ].join('\r\n');
}

export interface BounceChange {
  readonly address?: string;
  readonly action?: string;
  readonly detail?: string;
  readonly id?: string;
}

/** As Postfix writes them. */
export function aBounce({
  address = 'gone@example.org',
  action = 'failed',
  detail = 'Recipient address\n    rejected: User unknown',
  id = idFor(address),
}: BounceChange = {}): string {
  return `From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: herald@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4Xabc

Final-Recipient: rfc822; ${address}
Original-Recipient: rfc822;${address}
Action: ${action}
Status: 5.1.1
Remote-MTA: dns; mx2.example.org
Diagnostic-Code: smtp; 550 5.1.1 <${address}>: ${detail}

--b
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: Herald <herald@example.com>
To: ${address}
Message-ID: ${id}
Subject: [P1] KubePodCrashLooping

--b--
`.replaceAll('\n', '\r\n');
}

/**
 * What Twilio reports of a message later: a form of MessageSid, MessageStatus and, where it failed, ErrorCode.
 * Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
 */

import { twilioError } from './twilio-error.ts';

export interface SmsReceipt {
  /** The receiptId of the delivery. */
  readonly messageSid: string;
  /** null: on its way (accepted, queued, sending): nothing that was not known. */
  readonly state: 'sent' | 'delivered' | 'read' | 'failed' | null;
  readonly detail: string;
}

const STATES: Readonly<Record<string, SmsReceipt['state']>> = {
  accepted: null,
  scheduled: null,
  queued: null,
  sending: null,
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'failed',
};

/** null: no status of a message. */
export function smsReceipt(form: URLSearchParams): SmsReceipt | null {
  const messageSid = form.get('MessageSid') ?? form.get('SmsSid') ?? '';
  const status = form.get('MessageStatus') ?? form.get('SmsStatus') ?? '';
  if (!/^(SM|MM)[0-9a-fA-F]{32}$/.test(messageSid) || !Object.hasOwn(STATES, status)) return null;
  return { messageSid, state: STATES[status] ?? null, detail: detailOf(status, form.get('ErrorCode')) };
}

function detailOf(status: string, errorCode: string | null): string {
  if (errorCode === null || !/^\d{1,6}$/.test(errorCode) || errorCode === '0') return status;
  const meaning = twilioError(Number(errorCode))?.meaning;
  return `${status}: error ${errorCode}${meaning === undefined ? '' : `, ${meaning}`}`;
}

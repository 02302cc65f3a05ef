/** Twilio's status call-backs (status.ts), once it is sure that they are Twilio's (access/twilio-signature.ts). */

import { verifyTwilio } from '../../access/twilio-signature.ts';
import type { CallbackRead, CallbackRequest } from '../sender.ts';
import type { SmsOptions } from './options.ts';
import { smsReceipt } from './status.ts';

/** `statusCallback` is the URL that Twilio was given, and so the one that it signs. */
export function readSmsCallback({ body, headers, path }: CallbackRequest, options: SmsOptions): CallbackRead {
  const { authToken, statusCallback } = options;
  if (statusCallback === undefined) return { kind: 'refused', why: 'the channel declares no statusCallback' };
  const form = body.toString('utf8');
  const request = {
    url: urlOf(statusCallback, path),
    contentType: headers['content-type'] ?? '',
    body: form,
    signature: headers['x-twilio-signature'] ?? null,
  };
  const verdict = verifyTwilio(request, authToken.trim());
  if (verdict !== 'signature.valid') {
    return { kind: 'refused', why: `the X-Twilio-Signature does not hold for spec.statusCallback (${verdict})` };
  }
  const receipt = smsReceipt(new URLSearchParams(form));
  if (receipt === null) return { kind: 'unreadable', why: 'the form names no message or no status that Twilio has' };
  const { messageSid, state, detail } = receipt;
  return { kind: 'receipts', receipts: state === null ? [] : [{ receiptId: messageSid, step: state, detail }] };
}

/** As it was called: Twilio keeps the query of the URL, and may add to it. */
function urlOf(declared: string, path: string): string {
  const question = path.indexOf('?');
  return declared.split('?')[0]! + (question < 0 ? '' : path.slice(question));
}

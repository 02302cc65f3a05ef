/** What an operator declares of an sms channel, and the settings that its sender works with. */

import Type from 'typebox';
import { secretReference } from '../../resources/secret.ts';
import { type HttpOptions, type HttpSettings, httpOptions, httpSettings, httpUrl } from '../http-options.ts';
import { InvalidChannelOptions, notBoth } from '../sender.ts';

/** ITU-T E.164: a plus, then at most 15 digits. */
export const E164 = '^\\+[1-9][0-9]{5,14}$';
const number = Type.String({ pattern: E164, description: 'a number such as +4915112345678 (E.164)' });
const sid = (prefix: string) =>
  Type.String({ pattern: `^${prefix}[0-9a-fA-F]{32}$`, description: `${prefix} and 32 hex digits` });

export const smsOptions = Type.Object({
  accountSid: sid('AC'),
  authToken: secretReference,
  apiKey: Type.Optional(Type.Object({ sid: sid('SK'), secret: secretReference }, { additionalProperties: false })),
  from: Type.Optional(
    Type.String({
      pattern: '^(\\+[1-9][0-9]{5,14}|[0-9]{3,8}|[A-Za-z0-9 ]{0,10}[A-Za-z][A-Za-z0-9 ]{0,10})$',
      maxLength: 16,
      description: 'a number such as +15005550006, a short code, or a name of at most 11 letters and digits',
    }),
  ),
  messagingServiceSid: Type.Optional(sid('MG')),
  to: Type.Optional(Type.Array(number, { minItems: 1, maxItems: 50 })),
  maxSegments: Type.Optional(Type.Integer({ minimum: 1, maximum: 10, default: 2 })),
  statusCallback: Type.Optional(httpUrl),
  url: Type.Optional(httpUrl),
  ...httpOptions,
});

/** As declared, with the references to secrets resolved. */
export interface SmsOptions extends HttpOptions {
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKey?: { readonly sid: string; readonly secret: string };
  readonly from?: string;
  readonly messagingServiceSid?: string;
  readonly to?: readonly string[];
  readonly maxSegments?: number;
  readonly statusCallback?: string;
  readonly url?: string;
}

export interface SmsSettings extends HttpSettings {
  /** Of the account's resources: ends with a slash. */
  readonly account: URL;
  /** Who asks: the account, or a key of it. */
  readonly user: string;
  readonly secret: string;
  /** Signs call-backs, whatever key the requests are made with. */
  readonly authToken: string;
  readonly sender: { readonly From: string } | { readonly MessagingServiceSid: string };
  readonly to: readonly string[];
  readonly maxSegments: number;
  readonly statusCallback: string | null;
}

const API = 'https://api.twilio.com';

export function smsSettings(options: SmsOptions): SmsSettings {
  const { accountSid, apiKey, to = [] } = options;
  const authToken = options.authToken.trim();
  return {
    ...httpSettings(options),
    account: new URL(`/2010-04-01/Accounts/${accountSid}/`, options.url ?? API),
    user: apiKey?.sid ?? accountSid,
    secret: apiKey?.secret.trim() ?? authToken,
    authToken,
    sender: senderOf(options),
    to: [...new Set(to)],
    maxSegments: options.maxSegments ?? 2,
    statusCallback: options.statusCallback ?? null,
  };
}

function senderOf(options: SmsOptions): SmsSettings['sender'] {
  notBoth(options, 'messagingServiceSid', 'from');
  const { from, messagingServiceSid } = options;
  if (from !== undefined) return { From: from };
  if (messagingServiceSid !== undefined) return { MessagingServiceSid: messagingServiceSid };
  throw new InvalidChannelOptions('from', 'is missing; needed: from, or messagingServiceSid');
}

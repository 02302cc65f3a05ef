/** What an operator declares of a webhook channel, and the settings that its sender works with. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Type from 'typebox';
import { parseDuration } from '../../resources/duration.ts';
import { InvalidChannelOptions } from '../sender.ts';

const secretReference = Type.Union([
  Type.Object({ env: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  Type.Object({ file: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
]);

/** No credentials in the address: secrets never stand in resources. */
const URL_PATTERN = '^https?://[^\\s/?#@]+([/?#]\\S*)?$';
/** RFC 9110 tokens and field values; anything else would be refused, or read as another header. */
const HEADER_NAME = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";
const HEADER_VALUE = '^[\\t\\x20-\\x7e]*$';

/** Headers that the connection and the signature depend on. */
const OURS = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
]);

const headers = Type.Record(
  Type.String({ pattern: HEADER_NAME }),
  Type.Union([Type.String({ pattern: HEADER_VALUE }), secretReference]),
  { additionalProperties: false },
);

export const webhookOptions = Type.Object({
  url: Type.Refine(
    Type.String({ pattern: URL_PATTERN, description: 'http or https; credentials belong into headers' }),
    (url) => URL.canParse(url),
    () => 'must be an http or https URL without credentials',
  ),
  timeout: Type.Optional(
    Type.String({ default: '15s', description: 'for the whole exchange: connection, headers and body' }),
  ),
  headers: Type.Optional(
    Type.Refine(
      headers,
      (value) => Object.keys(value).every((name) => !OURS.has(name.toLowerCase())),
      (value) =>
        `Herald sets these itself: ${Object.keys(value)
          .filter((name) => OURS.has(name.toLowerCase()))
          .join(', ')}`,
    ),
  ),
  secret: Type.Optional(secretReference),
  allowPrivateAddresses: Type.Optional(Type.Boolean({ default: false })),
  tls: Type.Optional(
    Type.Object({ caFile: Type.Optional(Type.String({ minLength: 1 })) }, { additionalProperties: false }),
  ),
});

/** As declared, with the references to secrets resolved. */
export type WebhookOptions = Omit<Type.Static<typeof webhookOptions>, 'secret' | 'headers'> & {
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export interface WebhookSettings {
  readonly url: URL;
  /** Milliseconds. */
  readonly timeout: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: string | null;
  readonly allowPrivateAddresses: boolean;
  /** PEM, or null for the public authorities. */
  readonly ca: string | null;
}

const DEFAULT_TIMEOUT = 15_000;
const LONGEST_TIMEOUT = 5 * 60_000;

export function webhookSettings(options: WebhookOptions): WebhookSettings {
  return {
    url: new URL(options.url),
    timeout: options.timeout === undefined ? DEFAULT_TIMEOUT : timeoutOf(options.timeout),
    headers: lowerCased(options.headers ?? {}),
    secret: options.secret === undefined ? null : secretOf(options.secret),
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    ca: options.tls?.caFile === undefined ? null : readCa(options.tls.caFile),
  };
}

function timeoutOf(text: string): number {
  const timeout = parseDuration(text);
  if (timeout !== null && timeout > 0 && timeout <= LONGEST_TIMEOUT) return timeout;
  throw new InvalidChannelOptions('timeout', `"${text}" is no duration between 1ms and 5m, such as 15s`);
}

/** An empty secret would sign with a key that everyone knows. */
function secretOf(secret: string): string {
  if (secret.trim() !== '') return secret;
  throw new InvalidChannelOptions('secret', 'the secret is empty');
}

/** A resolved secret may hold what the schema could not see: the line end of its file, or worse. */
function lowerCased(given: Readonly<Record<string, string>>): Record<string, string> {
  const value = new RegExp(HEADER_VALUE);
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => {
      const trimmed = text.trim();
      if (!value.test(trimmed))
        throw new InvalidChannelOptions(`headers.${name}`, 'holds characters that no header may hold');
      return [name.toLowerCase(), trimmed];
    }),
  );
}

function readCa(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8');
    // Node passes over what is no certificate, and would then trust nobody without saying why.
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new InvalidChannelOptions('tls.caFile', `${path} cannot be read as a PEM certificate`, cause);
  }
}

/** What an operator declares of a webhook channel, and the settings that its sender works with. */

import Type from 'typebox';
import { holdsKeys } from '../../access/signature.ts';
import { secretReference } from '../../resources/secret.ts';
import { type HttpOptions, type HttpSettings, httpOptions, httpSettings, httpUrl } from '../http-options.ts';
import { InvalidChannelOptions, notBoth } from '../sender.ts';

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

/** To be spread into the options of types that post to an address of the operator's choice. */
export const headerOptions = {
  headers: Type.Optional(
    Type.Refine(
      Type.Record(
        Type.String({ pattern: HEADER_NAME }),
        Type.Union([Type.String({ pattern: HEADER_VALUE }), secretReference]),
        { additionalProperties: false },
      ),
      (value) => Object.keys(value).every((name) => !OURS.has(name.toLowerCase())),
      (value) =>
        `Herald sets these itself: ${Object.keys(value)
          .filter((name) => OURS.has(name.toLowerCase()))
          .join(', ')}`,
    ),
  ),
};

const MOST_KEYS = 5;

export const webhookOptions = Type.Object({
  ...httpOptions,
  ...headerOptions,
  url: httpUrl,
  secret: Type.Optional(secretReference),
  secrets: Type.Optional(
    Type.Array(secretReference, {
      minItems: 1,
      maxItems: MOST_KEYS,
      description: 'instead of `secret` while keys rotate: each signs, so that receivers may hold any of them',
    }),
  ),
});

/** As declared, with the references to secrets resolved. */
export interface WebhookOptions extends HttpOptions {
  readonly url: string;
  readonly secret?: string;
  readonly secrets?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WebhookSettings extends HttpSettings {
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each signs. None: unsigned. */
  readonly secrets: readonly string[];
}

export function webhookSettings(options: WebhookOptions): WebhookSettings {
  return {
    ...httpSettings(options),
    url: new URL(options.url),
    headers: headersOf(options.headers ?? {}),
    secrets: secretsOf(options),
  };
}

function secretsOf(options: WebhookOptions): string[] {
  notBoth(options, 'secret', 'secrets');
  const { secret, secrets } = options;
  if (secret !== undefined) return [filled(secret, 'secret')];
  return (secrets ?? []).map((one, index) => filled(one, `secrets.${index}`));
}

/** An empty secret would sign with a key that everyone knows. */
function filled(secret: string, at: string): string {
  if (secret.trim() === '') throw new InvalidChannelOptions(at, 'the secret is empty');
  if (!holdsKeys(secret)) throw new InvalidChannelOptions(at, 'what follows whsec_ in the secret is no key in base64');
  return secret;
}

/** Names in lower case. A resolved secret may hold what the schema could not see: the line end of its file, or worse. */
export function headersOf(given: Readonly<Record<string, string>>): Record<string, string> {
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

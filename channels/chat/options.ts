/** What an operator declares of a chat: the address of its incoming webhook, whose it is, and, if wanted, the JSON that it takes. */

import Type from 'typebox';
import { secretReference } from '../../resources/secret.ts';
import {
  type HttpOptions,
  type HttpSettings,
  httpOptions,
  httpSettings,
  httpUrl,
  secretUrlOf,
} from '../http-options.ts';
import { InvalidChannelOptions, notBoth } from '../sender.ts';
import { compile, LONGEST_SOURCE } from '../template/engine.ts';
import { headerOptions, headersOf } from '../webhook/options.ts';

const PRESETS = ['mattermost', 'discord', 'googlechat', 'rocketchat', 'custom'] as const;

export type Preset = (typeof PRESETS)[number];

export const chatOptions = Type.Object({
  ...httpOptions,
  ...headerOptions,
  preset: Type.Enum([...PRESETS]),
  webhookUrl: Type.Optional(secretReference),
  url: Type.Optional(httpUrl),
  username: Type.Optional(
    Type.String({ minLength: 1, maxLength: 80, description: 'shown as the author where the chat allows' }),
  ),
  body: Type.Optional(
    Type.String({
      minLength: 2,
      maxLength: LONGEST_SOURCE,
      description: 'Liquid that makes the JSON to be posted; values by the filter json. Needed with custom',
    }),
  ),
});

/** As declared, with the references to secrets resolved. */
export interface ChatOptions extends HttpOptions {
  readonly preset: Preset;
  readonly webhookUrl?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly username?: string;
  readonly body?: string;
}

export interface ChatSettings extends HttpSettings {
  readonly preset: Preset;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly username: string | null;
  /** Liquid; null: the preset's own form. */
  readonly body: string | null;
}

export function chatSettings(options: ChatOptions): ChatSettings {
  return {
    ...httpSettings(options),
    preset: options.preset,
    url: urlOf(options),
    headers: headersOf(options.headers ?? {}),
    username: options.username ?? null,
    body: bodyOf(options),
  };
}

function urlOf(options: ChatOptions): URL {
  notBoth(options, 'webhookUrl', 'url');
  const { webhookUrl, url } = options;
  if (webhookUrl !== undefined) return secretUrlOf(webhookUrl, 'webhookUrl');
  if (url !== undefined) return new URL(url);
  throw new InvalidChannelOptions(
    'webhookUrl',
    'is missing: a reference to the address, or url where the address is no secret',
  );
}

function bodyOf({ preset, body }: ChatOptions): string | null {
  if (body === undefined) {
    if (preset !== 'custom') return null;
    throw new InvalidChannelOptions('body', 'is missing: with the preset custom it says what is posted');
  }
  const compiled = compile(body, 'none');
  if (compiled.ok) return body;
  const { line, column, message } = compiled.fault;
  throw new InvalidChannelOptions('body', `line ${line}, column ${column}: ${message}`);
}

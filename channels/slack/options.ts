/** What an operator declares of a Slack channel: an app's bot token, or the address of an incoming webhook. */

import Type from 'typebox';
import { parseDuration } from '../../resources/duration.ts';
import { secretReference } from '../../resources/secret.ts';
import {
  type HttpOptions,
  type HttpSettings,
  httpOptions,
  httpSettings,
  httpUrl,
  secretUrlOf,
  tokenOf,
} from '../http-options.ts';
import { InvalidChannelOptions, notBoth } from '../sender.ts';

const MOST_SNOOZES = 4;
const ACTOR = '^((user|team|schedule)/[a-z0-9][a-z0-9.-]*|[UW][A-Z0-9]{4,30})$';

export const slackOptions = Type.Object({
  ...httpOptions,
  token: Type.Optional(secretReference),
  webhookUrl: Type.Optional(secretReference),
  channel: Type.Optional(
    Type.String({ minLength: 1, maxLength: 80, description: 'id (C024BE91L) or #name; of a user: a direct message' }),
  ),
  apiUrl: Type.Optional(httpUrl),
  signingSecret: Type.Optional(secretReference),
  snoozes: Type.Optional(
    Type.Array(Type.String(), { maxItems: MOST_SNOOZES, description: 'durations that the buttons offer' }),
  ),
  mayAct: Type.Optional(
    Type.Array(Type.String({ pattern: ACTOR }), {
      minItems: 1,
      maxItems: 200,
      description:
        'who may acknowledge and snooze by a click: user/NAME, team/NAME, schedule/NAME, or the id of a Slack user',
    }),
  ),
  replies: Type.Optional(
    Type.Enum(['broadcast', 'thread', 'none'], {
      description:
        'what follows on a message stands in its thread; broadcast: in the conversation as well while it fires',
    }),
  ),
});

/** As declared, with the references to secrets resolved. */
export interface SlackOptions extends HttpOptions {
  readonly token?: string;
  readonly webhookUrl?: string;
  readonly channel?: string;
  readonly apiUrl?: string;
  readonly signingSecret?: string;
  readonly snoozes?: readonly string[];
  readonly replies?: SlackReplies;
  readonly mayAct?: readonly string[];
}

export type SlackReplies = 'broadcast' | 'thread' | 'none';

export interface Snooze {
  /** As declared: `4h`. */
  readonly label: string;
  readonly milliseconds: number;
}

export interface SlackSettings extends HttpSettings {
  /** The way in: the web API, or one address for one conversation. */
  readonly via:
    | { readonly kind: 'api'; readonly token: string; readonly channel: string | null; readonly base: string }
    | { readonly kind: 'webhook'; readonly url: URL };
  /** null: there are no buttons, since nobody could tell a true click from a forged one. */
  readonly signingSecret: string | null;
  readonly snoozes: readonly Snooze[];
  readonly replies: SlackReplies;
}

const API = 'https://slack.com/api';
const SNOOZES = ['1h', '4h'];

export function slackSettings(options: SlackOptions): SlackSettings {
  return {
    ...httpSettings(options),
    via: viaOf(options),
    signingSecret: options.signingSecret === undefined ? null : tokenOf(options.signingSecret, 'signingSecret'),
    snoozes: (options.snoozes ?? SNOOZES).map(snoozeOf),
    replies: options.replies ?? 'broadcast',
  };
}

function viaOf(options: SlackOptions): SlackSettings['via'] {
  notBoth(options, 'token', 'webhookUrl');
  const { token, webhookUrl, channel, apiUrl } = options;
  if (token !== undefined) {
    const base = (apiUrl ?? API).replace(/\/+$/, '');
    return { kind: 'api', token: tokenOf(token, 'token'), channel: channel ?? null, base };
  }
  if (webhookUrl === undefined) {
    throw new InvalidChannelOptions('token', 'is missing: a bot token, or webhookUrl for an incoming webhook');
  }
  if (channel !== undefined) {
    throw new InvalidChannelOptions('channel', 'an incoming webhook has its conversation already; a token can choose');
  }
  return { kind: 'webhook', url: secretUrlOf(webhookUrl, 'webhookUrl') };
}

function snoozeOf(label: string, index: number): Snooze {
  const milliseconds = parseDuration(label);
  if (milliseconds !== null && milliseconds >= 60_000) return { label, milliseconds };
  throw new InvalidChannelOptions(`snoozes.${index}`, `"${label}" is no duration of a minute or more, such as 4h`);
}

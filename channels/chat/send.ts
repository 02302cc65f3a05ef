/** Notifications in a chat, by its incoming webhook: one POST of the JSON that it takes. */

import type { Notification } from '../../alert/notification.ts';
import { requestWithin, verdictWithoutAnswer } from '../http-attempt.ts';
import { outboundFor } from '../http-options.ts';
import type { Outbound } from '../outbound.ts';
import { type Outcome, withFailures } from '../outcome.ts';
import { type PlainTexts, plainTexts } from '../plain-texts.ts';
import type { Sender, SenderContext } from '../sender.ts';
import { chatVerdict } from './answer.ts';
import { type ChatOptions, type ChatSettings, chatSettings } from './options.ts';
import {
  addressFor,
  attachmentMessage,
  type ChatLook,
  discordMessage,
  googleChatMessage,
  type Json,
} from './presets.ts';
import { probeOf } from './probe.ts';

const MATTERMOST_LENGTH = 16_383;
const ROCKETCHAT_LENGTH = 5000;

export function createChatSender(options: ChatOptions, context: SenderContext, outbound?: Outbound): Sender {
  const settings = chatSettings(options);
  const http = outbound ?? outboundFor(settings, context);
  const { clock } = context;
  const probe = probeOf(http, settings, context);
  return {
    async send(notification, _attempt, signal): Promise<Outcome> {
      const { body, failures } = await bodyOf(settings, notification, context);
      const url = addressFor(settings.preset, settings.url);
      const headers = {
        'user-agent': 'Herald',
        ...settings.headers,
        'content-type': 'application/json; charset=utf-8',
      };
      const request = { method: 'POST', url, headers, body } as const;
      const result = await requestWithin(http, request, { clock, timeout: settings.timeout, signal });
      const outcome =
        result.kind === 'answer'
          ? chatVerdict(settings.preset, result, clock.now())
          : verdictWithoutAnswer(result, 'uncertain');
      return withFailures(outcome, failures);
    },
    ...(probe === null ? {} : { probe }),
    close: () => http.close(),
  };
}

interface Body {
  readonly body: string;
  readonly failures: readonly string[];
}

async function bodyOf(settings: ChatSettings, notification: Notification, context: SenderContext): Promise<Body> {
  const texts = await plainTexts('chat', notification, context);
  const look = { externalURL: context.externalURL, username: settings.username };
  const usual = JSON.stringify(formOf(settings.preset, notification, texts, look));
  if (settings.body === null) return { body: usual, failures: texts.failures };
  const { parts, failures } = await context.templates.render({
    type: 'chat',
    channel: notification.channel,
    defaults: { body: settings.body },
    notification,
    escape: 'none',
  });
  const made = parts.body ?? '';
  if (isJson(made)) return { body: made, failures };
  return { body: usual, failures: [...failures, 'spec.body made no JSON; the usual form was sent'] };
}

function formOf(preset: ChatSettings['preset'], notification: Notification, texts: PlainTexts, look: ChatLook): Json {
  switch (preset) {
    case 'mattermost':
      return attachmentMessage(notification, texts, look, MATTERMOST_LENGTH);
    case 'rocketchat':
      return attachmentMessage(notification, texts, look, ROCKETCHAT_LENGTH);
    case 'discord':
      return discordMessage(notification, texts, look);
    case 'googlechat':
      return googleChatMessage(notification, texts, look);
    case 'custom':
      // Only where spec.body fails; most chats know this field.
      return { text: `${texts.title}\n${texts.text}`.trim() };
    default:
      return preset satisfies never;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

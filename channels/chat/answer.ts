/**
 * What chats say of a message. Discord and Google Chat answer JSON: discord.com/developers, "Rate limits" and "JSON error codes";
 * developers.google.com/workspace/chat, "Usage limits". Rocket.Chat says `success: false` with status 200 as well.
 */

import { at, type HttpAnswer, oneLine, verdictOfStatus } from '../http-attempt.ts';
import { type JsonObject, jsonObject, objectOf } from '../json-object.ts';
import type { Outcome } from '../outcome.ts';
import type { Preset } from './options.ts';

/** `now`: Unix time in milliseconds. */
export function chatVerdict(preset: Preset, answer: HttpAnswer, now: number): Outcome {
  const fields = jsonObject(answer.text) ?? {};
  // No chat knows a message again.
  const outcome = verdictOfStatus(answer, now, 'uncertain');
  if (outcome.kind === 'delivered') {
    if (preset === 'rocketchat' && fields.success === false) {
      return {
        kind: 'rejected',
        detail: `HTTP ${answer.status}, ${oneLine(String(fields.error ?? fields.message ?? 'refused'))}`,
        failure: at(answer, 'rejected'),
      };
    }
    return preset === 'discord' && typeof fields.id === 'string' ? { ...outcome, receiptId: fields.id } : outcome;
  }
  const said = saidBy(preset, fields);
  const detail = said === null ? outcome.detail : `HTTP ${answer.status}, ${oneLine(said)}`;
  if (outcome.kind !== 'retry') return { ...outcome, detail };
  // To the millisecond, and for the limit that was hit; the header has whole seconds.
  const wait = preset === 'discord' ? Number(fields.retry_after) : Number.NaN;
  return {
    ...outcome,
    detail,
    notBefore: wait > 0 && wait <= LONGEST_WAIT ? now + Math.ceil(wait * 1000) : outcome.notBefore,
  };
}

/** Seconds. */
const LONGEST_WAIT = 24 * 60 * 60;

function saidBy(preset: Preset, fields: JsonObject): string | null {
  switch (preset) {
    case 'discord':
    case 'mattermost':
      return textIn(fields.message);
    case 'googlechat': {
      const { status, message } = objectOf(fields.error);
      return textIn(status) === null ? null : `${String(status)}: ${textIn(message) ?? ''}`;
    }
    case 'rocketchat':
      return textIn(fields.error);
    case 'custom':
      return null;
    default:
      return preset satisfies never;
  }
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * A click on a button of a message: what it asks for, and what the message says afterwards.
 * Source: docs.slack.dev, "Handling user interaction" and the payload `block_actions`.
 */

import type { CommandReply } from '../../alert/alert-state.ts';
import { type JsonObject, jsonObject, objectOf } from '../json-object.ts';
import { ACKNOWLEDGE, type Block, type ButtonValue, LIMITS, SNOOZE } from './message.ts';
import { escaped, localTime, within } from './mrkdwn.ts';

export interface Click extends ButtonValue {
  readonly action: 'acknowledge' | 'snooze';
  /** Of a snooze. Milliseconds. */
  readonly length: number;
  readonly user: { readonly id: string; readonly name: string };
  /** Of the click; Slack gives no two the same in a workspace. */
  readonly id: string;
  /** Takes answers for half an hour. */
  readonly responseUrl: URL;
  readonly message: { readonly text: string; readonly attachments: readonly Attachment[] };
}
type Attachment = JsonObject & { readonly blocks?: readonly Block[] };

/** `nothing`: a click that asks Herald for nothing, such as on a link. */
export type Interaction =
  | { readonly kind: 'click'; readonly click: Click }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unreadable'; readonly why: string };

const FINGERPRINT = /^[0-9a-f]{16}$/;
const LONGEST_SNOOZE = 30 * 24 * 60 * 60 * 1000;

/** `form`: the body, which is a form with JSON in its field `payload`. */
export function readInteraction(form: string): Interaction {
  const payload = jsonObject(new URLSearchParams(form).get('payload'));
  if (payload === null) return unreadable('the form has no field payload with a JSON object');
  if (payload.type !== 'block_actions') return { kind: 'nothing' };
  const action = objectOf(Array.isArray(payload.actions) ? payload.actions[0] : null);
  const asked = askedBy(text(action.action_id));
  if (asked === null) return { kind: 'nothing' };
  const value = jsonObject(text(action.value));
  if (value === null || !isButtonValue(value)) return unreadable('the value of the button is none of ours');
  const responseUrl = text(payload.response_url);
  if (!URL.canParse(responseUrl)) return unreadable('there is no response_url');
  const user = objectOf(payload.user);
  const message = objectOf(payload.message);
  const { tenant, group, fingerprints } = value;
  return {
    kind: 'click',
    click: {
      ...{ tenant, group, fingerprints },
      ...asked,
      user: { id: text(user.id), name: text(user.username) || text(user.name) },
      id: `${text(objectOf(payload.team).id)}.${text(action.action_ts)}`,
      responseUrl: new URL(responseUrl),
      message: {
        text: text(message.text),
        attachments: Array.isArray(message.attachments) ? (message.attachments.map(objectOf) as Attachment[]) : [],
      },
    },
  };
}

function askedBy(actionId: string): Pick<Click, 'action' | 'length'> | null {
  if (actionId === ACKNOWLEDGE) return { action: 'acknowledge', length: 0 };
  const [name, given] = actionId.split(':');
  const length = Number(given);
  if (name !== SNOOZE || !Number.isInteger(length) || length <= 0 || length > LONGEST_SNOOZE) return null;
  return { action: 'snooze', length };
}

function isButtonValue(value: JsonObject): value is JsonObject & ButtonValue {
  const { tenant, group, fingerprints } = value;
  return (
    typeof tenant === 'string' &&
    typeof group === 'string' &&
    Array.isArray(fingerprints) &&
    fingerprints.length > 0 &&
    fingerprints.every((one) => typeof one === 'string' && FINGERPRINT.test(one))
  );
}

/** Who did it, for the ledger. */
export function personOf({ user }: Pick<Click, 'user'>): string {
  return `slack/${user.name} (${user.id})`.slice(0, 200);
}

/**
 * What is posted to the response_url. With something done, the message itself says so; what was refused only the person who
 * clicked is told.
 */
export function answerTo(click: Click, replies: readonly (CommandReply | null)[], now: number): readonly JsonObject[] {
  const done = replies.filter((reply) => reply?.ok === true).length;
  const refusals = new Set(replies.flatMap((reply) => (reply === null ? [NO_ANSWER] : reply.ok ? [] : whyNot(reply))));
  const answers: JsonObject[] = [];
  if (done > 0) answers.push(updated(click, done, now));
  if (refusals.size > 0) {
    const why = [...refusals].slice(0, 5).map((line) => `• ${escaped(line)}`);
    const said = within([`${replies.length - done} of ${replies.length}: not done`, ...why].join('\n'), LIMITS.section);
    answers.push({ response_type: 'ephemeral', replace_original: false, text: said });
  }
  return answers;
}

const NO_ANSWER = 'no answer yet; it may still be carried out';

function whyNot({ reasons }: CommandReply): string[] {
  return reasons.map(({ code, detail }) => detail || code);
}

function updated(click: Click, done: number, now: number): JsonObject {
  const { message } = click;
  const [first, ...others] = message.attachments;
  const blocks = (first?.blocks ?? []).flatMap((block) =>
    block.type === 'actions' ? afterwards(block, click) : [block],
  );
  const note = { type: 'context', elements: [{ type: 'mrkdwn', text: noteOf(click, done, now) }] };
  const shown = [...blocks.slice(0, LIMITS.blocks - 1), note];
  return {
    replace_original: true,
    text: message.text,
    attachments: [{ color: first?.color, blocks: shown }, ...others],
  };
}

/** What was done cannot be asked for again; the next update of the message brings its buttons as they are then. */
function afterwards(block: Block, { action }: Click): Block[] {
  const elements = (Array.isArray(block.elements) ? block.elements : []).map(objectOf);
  const left = elements.filter(({ action_id: id }) => action !== 'acknowledge' || id !== ACKNOWLEDGE);
  return left.length === 0 ? [] : [{ type: 'actions', elements: left }];
}

function noteOf({ action, length, user, fingerprints }: Click, done: number, now: number): string {
  const some = done === fingerprints.length ? '' : ` (${done} of ${fingerprints.length})`;
  const who = /^[A-Z0-9]+$/.test(user.id) ? `<@${user.id}>` : escaped(user.name);
  if (action === 'acknowledge') return `:eyes: Acknowledged${some} by ${who} ${localTime(now, timeOf(now))}`;
  return `:zzz: Snoozed${some} until ${localTime(now + length, timeOf(now + length))} by ${who}`;
}

function unreadable(why: string): Interaction {
  return { kind: 'unreadable', why };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** For clients that cannot show the reader's own zone. */
function timeOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * A notification as a Slack message: a line of text, which is also what phones show, and an attachment with the colour of its
 * status that holds the blocks. Limits from docs.slack.dev, "Block Kit" and chat.postMessage: 50 blocks, 3000 characters of a
 * section, 10 fields of 2000, 2000 of a button's value, 40,000 of the whole text.
 */

import type { Notification } from '../../alert/notification.ts';
import {
  type AlertLine,
  alertLines,
  cut,
  dashboardOf,
  factsOf,
  heldLines,
  openLink,
  runbookOf,
  spanOf,
} from '../message-facts.ts';
import { shadeOf } from '../palette.ts';
import type { Wording } from '../wording.ts';
import { code, escaped, escapedWithin, link, localTime, within } from './mrkdwn.ts';
import type { SlackSettings } from './options.ts';
import type { SlackTexts } from './template.ts';

export type Block = Readonly<Record<string, unknown>>;

export interface SlackMessage {
  readonly text: string;
  readonly attachments:
    | readonly []
    | readonly [{ readonly color: string; readonly fallback: string; readonly blocks: readonly Block[] }];
}

export const LIMITS = {
  blocks: 50,
  section: 3000,
  fields: 10,
  field: 2000,
  value: 2000,
  text: 4000,
  button: 75,
} as const;

/** Of the 50 blocks, what is left besides the frame; and no one reads a message of 50 parts. */
const ALERTS_SHOWN = 20;
/** Half of what one field may have: a name and a value share it. */
const FACT_LENGTH = 900;

type Look = Pick<SlackSettings, 'signingSecret' | 'snoozes'> & { readonly externalURL: string };

export function slackMessage(notification: Notification, texts: SlackTexts, look: Look): SlackMessage {
  const text = within(texts.title, LIMITS.text);
  const blocks = [
    ...section(within(texts.text, LIMITS.section)),
    fields(notification, texts.wording),
    ...alerts(notification, texts.wording),
    ...context(notification, texts.wording),
    ...buttons(notification, look, texts.wording),
  ];
  return {
    text,
    attachments: [{ color: shadeOf(notification).colour, fallback: text, blocks: blocks.slice(0, LIMITS.blocks) }],
  };
}

/** What is left when Slack takes no blocks: the words alone. */
export function plainMessage(notification: Notification, texts: SlackTexts): SlackMessage {
  const { lines, more } = alertLines(notification, ALERTS_SHOWN, texts.wording);
  const shown = lines.map(({ summary, labels }) => escaped(`• ${summary} ${labels}`.trim()));
  const all = [texts.title, texts.text, ...shown, ...(more > 0 ? [`… + ${more} ${texts.wording.words.more}`] : [])];
  return { text: within(all.filter((part) => part !== '').join('\n'), LIMITS.text), attachments: [] };
}

function section(text: string): Block[] {
  return text.trim() === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text } }];
}

function fields(notification: Notification, wording: Wording): Block {
  return {
    type: 'section',
    fields: factsOf(notification, wording)
      .slice(0, LIMITS.fields)
      .map(({ name, value, at }) => ({
        type: 'mrkdwn',
        text: `*${escapedWithin(name, FACT_LENGTH)}*\n${at === undefined ? escapedWithin(value, FACT_LENGTH) : localTime(at, value)}`,
      })),
  };
}

/** A single alert is said by the text, and its times by the facts; of several, each has its line. */
function alerts(notification: Notification, wording: Wording): Block[] {
  const { lines, more } = alertLines(notification, ALERTS_SHOWN, wording);
  if (notification.alerts.length < 2) {
    return lines.flatMap(({ labels, link: source }) =>
      section(within(joined([code(labels), sourceLink(source, wording)]), LIMITS.section)),
    );
  }
  const sections = lines.flatMap((alert) =>
    section(within(`${mark(alert)} ${headline(alert)}\n${details(alert, wording)}`, LIMITS.section)),
  );
  return more > 0 ? [...sections, ...section(`_… + ${more} ${wording.words.more}_`)] : sections;
}

function headline({ summary, mark: said }: AlertLine): string {
  return `*${escaped(summary)}*${said === '' ? '' : ` _${escaped(said)}_`}`;
}

function details(alert: AlertLine, wording: Wording): string {
  const span = spanOf(alert, wording, (time) => localTime(time, wording.time(time)));
  return joined([code(alert.labels), span, sourceLink(alert.link, wording)]);
}

function sourceLink(url: string | null, { words }: Wording): string {
  return url === null ? '' : link(url, words.source);
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

function mark({ status }: AlertLine): string {
  return status === 'firing' ? ':red_circle:' : ':white_check_mark:';
}

function context(notification: Notification, { words }: Wording): Block[] {
  const pages = [
    [runbookOf(notification), words.runbook],
    [dashboardOf(notification), words.dashboard],
  ] as const;
  const parts = [
    ...heldLines(notification)
      .slice(0, 3)
      .map((line) => escapedWithin(line, 500)),
    ...pages.flatMap(([url, label]) => (url === null ? [] : [link(url, label)])),
  ];
  if (parts.length === 0) return [];
  return [{ type: 'context', elements: parts.map((text) => ({ type: 'mrkdwn', text })) }];
}

/** What a button carries: for whom the commands are. As many alerts as its value has room for. */
export interface ButtonValue {
  readonly tenant: string;
  readonly group: string;
  readonly fingerprints: readonly string[];
}

/** Names of the buttons; the duration of a snooze in milliseconds follows a colon. */
export const ACKNOWLEDGE = 'herald.acknowledge';
export const SNOOZE = 'herald.snooze';

function buttons(
  notification: Notification,
  { signingSecret, snoozes, externalURL }: Look,
  { words }: Wording,
): Block[] {
  const open = notification.alerts.filter(({ status }) => status === 'firing');
  const view = viewButton(externalURL, words.open);
  if (signingSecret === null || open.length === 0) return view === null ? [] : [{ type: 'actions', elements: [view] }];
  const value = buttonValue(notification, open);
  const untaken = open.some(({ acknowledged }) => acknowledged !== true);
  const elements = [
    ...(untaken ? [{ ...button(words.acknowledge, value), action_id: ACKNOWLEDGE, style: 'primary' }] : []),
    ...snoozes.map(({ label, milliseconds }) => ({
      ...button(`${words.snooze} ${label}`, value),
      action_id: `${SNOOZE}:${milliseconds}`,
    })),
    ...(view === null ? [] : [view]),
  ];
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}

function button(label: string, value: string) {
  return { type: 'button', text: { type: 'plain_text', text: cut(label, LIMITS.button) }, value };
}

function viewButton(externalURL: string, label: string): Block | null {
  const url = openLink(externalURL);
  const text = { type: 'plain_text', text: label };
  return url === null ? null : { type: 'button', text, url, action_id: 'herald.open' };
}

function buttonValue({ tenant, groupId }: Notification, open: Notification['alerts']): string {
  const room = LIMITS.value - JSON.stringify({ tenant, group: groupId, fingerprints: [] } satisfies ButtonValue).length;
  // A fingerprint takes 16 characters, two quotes and a comma.
  const fingerprints = open.slice(0, Math.floor(room / 19)).map(({ fingerprint }) => fingerprint);
  return JSON.stringify({ tenant, group: groupId, fingerprints } satisfies ButtonValue);
}

/** A notification in the form that each chat takes, within its limits, and so that nothing from outside calls people. */

import type { Notification } from '../../alert/notification.ts';
import { type AlertLine, alertLines, colourOf, cut, factsOf, openLink, runbookOf, spanOf } from '../message-facts.ts';
import type { PlainTexts } from '../plain-texts.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface ChatLook {
  readonly externalURL: string;
  readonly username: string | null;
}

const ALERTS_SHOWN = 15;

/**
 * docs.mattermost.com, "Incoming webhooks" and "Message attachments": 16,383 characters a message; longer ones are split.
 * docs.rocket.chat takes the same form; its default limit is 5,000 characters.
 */
export function attachmentMessage(notification: Notification, texts: PlainTexts, look: ChatLook, most: number): Json {
  const title = quiet(cut(texts.title, 300));
  const href = openLink(look.externalURL);
  const facts = factsOf(notification).slice(0, 10);
  const fields = facts.map(({ name, value }) => ({ title: quiet(name), value: quiet(value), short: true }));
  const room = most - title.length * 2 - JSON.stringify(fields).length;
  const text = quiet(cut(body(notification, texts, markdownLink), Math.max(200, Math.floor(room * 0.9))));
  const attachment = {
    fallback: title,
    color: colourOf(notification),
    title,
    ...(href === null ? {} : { title_link: href }),
    text,
    fields,
  };
  return { ...(look.username === null ? {} : { username: look.username }), attachments: [attachment] };
}

/** discord.com/developers, "Execute Webhook" and "Embed limits": content of 2,000, 4,096 of a description, 6,000 of all embeds. */
export function discordMessage(notification: Notification, texts: PlainTexts, look: ChatLook): Json {
  const href = openLink(look.externalURL);
  const fields = factsOf(notification)
    .slice(0, 10)
    .map(({ name, value }) => ({ name: cut(name, 100), value: cut(value, 150), inline: true }));
  const embed = {
    title: cut(texts.title, 256),
    description: cut(body(notification, texts, markdownLink), 3000),
    color: Number.parseInt(colourOf(notification).slice(1), 16),
    fields,
    timestamp: new Date(notification.createdAt).toISOString(),
    ...(href === null ? {} : { url: href }),
  };
  return {
    content: cut(texts.title, 2000),
    embeds: [embed],
    // Nobody is called by what stands in a label.
    allowed_mentions: { parse: [] },
    ...(look.username === null ? {} : { username: look.username }),
  };
}

/**
 * developers.google.com/workspace/chat, "Send messages with webhooks" and "Cards v2": 32,000 bytes a message; texts of a card are a
 * little HTML. A thread for each group.
 */
export function googleChatMessage(notification: Notification, texts: PlainTexts, look: ChatLook): Json {
  let message: Json = {};
  // Escaped for HTML and again for JSON, a character may take many bytes.
  for (const length of [5000, 2000, 500]) {
    message = googleChatCard(notification, texts, look, length);
    if (Buffer.byteLength(JSON.stringify(message)) <= GOOGLE_BYTES) break;
  }
  return message;
}

const GOOGLE_BYTES = 30_000;

function googleChatCard(notification: Notification, texts: PlainTexts, look: ChatLook, length: number): Json {
  const href = openLink(look.externalURL);
  const runbook = runbookOf(notification);
  const buttons = [
    ...(href === null ? [] : [{ text: 'Open Herald', onClick: { openLink: { url: href } } }]),
    ...(runbook === null ? [] : [{ text: 'Runbook', onClick: { openLink: { url: runbook } } }]),
  ];
  const facts = factsOf(notification).slice(0, 10);
  const words = html(
    cut(
      body(notification, texts, ({ link }) => link ?? ''),
      length,
    ),
  ).replaceAll('\n', '<br>');
  const widgets = [
    ...(words === '' ? [] : [{ textParagraph: { text: words } }]),
    ...facts.map(({ name, value }) => ({ decoratedText: { topLabel: html(name), text: html(value), wrapText: true } })),
    ...(buttons.length === 0 ? [] : [{ buttonList: { buttons } }]),
  ];
  return {
    text: angleless(cut(texts.title, 1000)),
    cardsV2: [{ cardId: notification.id, card: { sections: [{ widgets }] } }],
    thread: { threadKey: notification.groupId },
  };
}

/** Where the address itself says something of the message. */
export function addressFor(preset: string, url: URL): URL {
  const address = new URL(url);
  // Without it Discord reports nothing of a message that it could not keep.
  if (preset === 'discord') address.searchParams.set('wait', 'true');
  if (preset === 'googlechat') address.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD');
  return address;
}

/** The text, then a line for each alert where there are several. */
function body(notification: Notification, texts: PlainTexts, source: (alert: AlertLine) => string): string {
  const { lines, more } = alertLines(notification, ALERTS_SHOWN);
  const shown = lines.map((alert) => {
    const { status, summary, mark, labels } = alert;
    const bullet = status === 'firing' ? '🔴' : '✅';
    const what =
      notification.alerts.length === 1 ? [labels] : [`${bullet} ${summary}${mark === '' ? '' : ` (${mark})`}`, labels];
    return [...what, spanOf(alert), source(alert)].filter((part) => part !== '').join(' · ');
  });
  return [texts.text, ...shown, ...(more > 0 ? [`… and ${more} more`] : [])].filter((part) => part !== '').join('\n');
}

function markdownLink({ link }: AlertLine): string {
  return link === null ? '' : `[source](${link.replace(/[()]/g, (character) => (character === '(' ? '%28' : '%29'))})`;
}

/** A zero-width space after the @: it reads the same and calls nobody. */
function quiet(text: string): string {
  return text.replace(/@(?=\w)/g, '@\u200b');
}

/** `<users/all>` is a mention, `<https://...|text>` a link. */
function angleless(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

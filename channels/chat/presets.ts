/** A notification in the form that each chat takes, within its limits, and so that nothing from outside calls people. */

import type { Notification } from '../../alert/notification.ts';
import { cut, dashboardOf, factsOf, openLink, runbookOf } from '../message-facts.ts';
import { shadeOf } from '../palette.ts';
import type { PlainTexts } from '../plain-texts.ts';
import { chatText, HTML, html, MARKDOWN } from './text.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface ChatLook {
  readonly externalURL: string;
  readonly username: string | null;
}

/**
 * docs.mattermost.com, "Incoming webhooks" and "Message attachments": 16,383 characters a message; longer ones are split.
 * docs.rocket.chat takes the same form; its default limit is 5,000 characters.
 */
export function attachmentMessage(notification: Notification, texts: PlainTexts, look: ChatLook, most: number): Json {
  const title = quiet(cut(texts.title, 300));
  const href = openLink(look.externalURL);
  const facts = factsOf(notification, texts.wording).slice(0, 10);
  const fields = facts.map(({ name, value }) => ({ title: quiet(name), value: quiet(value), short: true }));
  const room = most - title.length * 2 - JSON.stringify(fields).length;
  const text = quiet(chatText(notification, texts, MARKDOWN, Math.max(200, Math.floor(room * 0.9))));
  const attachment = {
    fallback: title,
    color: shadeOf(notification).colour,
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
  const fields = factsOf(notification, texts.wording)
    .slice(0, 10)
    .map(({ name, value }) => ({ name: cut(name, 100), value: cut(value, 150), inline: true }));
  const embed = {
    title: cut(texts.title, 256),
    description: chatText(notification, texts, MARKDOWN, 3000),
    color: Number.parseInt(shadeOf(notification).colour.slice(1), 16),
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
  const { words } = texts.wording;
  const pages = [
    [openLink(look.externalURL), words.open],
    [runbookOf(notification), words.runbook],
    [dashboardOf(notification), words.dashboard],
  ] as const;
  const buttons = pages.flatMap(([url, label]) =>
    url === null ? [] : [{ text: label, onClick: { openLink: { url } } }],
  );
  const said = chatText(notification, texts, HTML, length).replaceAll('\n', '<br>');
  // A widget for each would fill a phone's screen.
  const facts = factsOf(notification, texts.wording)
    .slice(0, 10)
    .map(({ name, value }) => `<b>${html(name)}</b>: ${html(value)}`);
  const widgets = [
    ...[said, facts.join('<br>')].filter((text) => text !== '').map((text) => ({ textParagraph: { text } })),
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

/** A zero-width space after the @: it reads the same and calls nobody. */
function quiet(text: string): string {
  return text.replace(/@(?=\w)/g, '@\u200b');
}

/** `<users/all>` is a mention, `<https://...|text>` a link. */
function angleless(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}

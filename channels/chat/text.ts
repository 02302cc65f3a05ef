/** What a chat shows of the alerts: the text, then two lines for each of several. Whole alerts only; how many are left is said. */

import type { Notification } from '../../alert/notification.ts';
import { type AlertLine, alertLines, cut, spanOf } from '../message-facts.ts';
import type { PlainTexts } from '../plain-texts.ts';

/** How a chat marks text up. Each takes plain text from outside and makes it harmless. */
export interface Markup {
  plain(text: string): string;
  strong(text: string): string;
  code(text: string): string;
  /** `url`: http or https. */
  link(url: string, text: string): string;
}

const ALERTS_SHOWN = 15;

/** At most `most` characters, of a text that is its own words and links; a first alert too long for that is cut. */
export function chatText(notification: Notification, texts: PlainTexts, markup: Markup, most: number): string {
  const { wording } = texts;
  const { lines, more } = alertLines(notification, ALERTS_SHOWN, wording);
  const single = notification.alerts.length === 1;
  const head = texts.text === '' ? '' : fitting(texts.text, single ? most : Math.floor(most / 2), markup.plain);
  const parts = head === '' ? [] : [head];
  // For the line that says how many more there are.
  let room = most - head.length - 40;
  let shown = 0;
  for (const alert of lines) {
    const part = single ? detailsOf(alert, texts, markup, false) : severalOf(alert, texts, markup);
    room -= part.length + 1;
    if (room < 0) break;
    if (part !== '') parts.push(part);
    shown += 1;
  }
  const left = more + lines.length - shown;
  return [...parts, ...(left > 0 && !single ? [`… + ${left} ${wording.words.more}`] : [])].join('\n');
}

function severalOf(alert: AlertLine, texts: PlainTexts, markup: Markup): string {
  const { status, summary, mark } = alert;
  const head = `${status === 'firing' ? '🔴' : '✅'} ${markup.strong(summary)}${mark === '' ? '' : ` (${markup.plain(mark)})`}`;
  return `${head}\n${detailsOf(alert, texts, markup, true)}`;
}

/** Of a single alert the facts tell the times. */
function detailsOf(alert: AlertLine, { wording }: PlainTexts, markup: Markup, withSpan: boolean): string {
  const { labels, link } = alert;
  const parts = [
    labels === '' ? '' : markup.code(labels),
    withSpan ? spanOf(alert, wording) : '',
    link === null ? '' : markup.link(link, wording.words.source),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Cut before it is marked up, so that no mark is cut in two. */
function fitting(text: string, most: number, show: (text: string) => string): string {
  let length = most;
  let shown = show(cut(text, length));
  while (shown.length > most && length > 10) {
    length = Math.floor(length / 2);
    shown = show(cut(text, length));
  }
  return shown;
}

/** Of Mattermost, Rocket.Chat and Discord. */
export const MARKDOWN: Markup = {
  plain: inert,
  // What holds marks of its own is left as it is.
  strong: (text) => (/[*_~`\\]/.test(text) ? inert(text) : `**${inert(text)}**`),
  code: (text) => `\`${text.replaceAll('`', "'")}\``,
  link: (url, text) => `[${text}](${url.replace(/[()]/g, (character) => (character === '(' ? '%28' : '%29'))})`,
};

/** Of Google Chat's cards. */
export const HTML: Markup = {
  plain: html,
  strong: (text) => `<b>${html(text)}</b>`,
  code: (text) => `<font color="#566070">${html(text)}</font>`,
  link: (url, text) => `<a href="${html(url).replaceAll('"', '%22')}">${html(text)}</a>`,
};

/** A link from outside would look like ours. */
function inert(text: string): string {
  return text.replaceAll('](', '] (');
}

export function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

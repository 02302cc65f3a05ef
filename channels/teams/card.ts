/**
 * A notification as an Adaptive Card, version 1.5, which is what Teams shows on desktops and phones. What comes from outside stands
 * in RichTextBlocks, which know no Markdown, or has its links taken apart.
 * Sources: adaptivecards.io/explorer; learn.microsoft.com, "Format cards in Microsoft Teams" and "Limits and specifications" (28 KB).
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
  webLink,
} from '../message-facts.ts';
import type { PlainTexts } from '../plain-texts.ts';
import type { Wording } from '../wording.ts';
import type { Wrapping } from './options.ts';

type Element = Readonly<Record<string, unknown>>;

/** Of the whole request. Teams counts what it makes of it as well, so some of it is left free. */
const MOST_BYTES = 28 * 1024 - 2048;
/** Tried one after the other until the card is small enough. */
const ALERTS_SHOWN = [20, 10, 5, 2, 0] as const;
const TEXT_LENGTHS = [4000, 1000] as const;
const TITLE_LENGTH = 300;
const MOST_BUTTONS = 2;

const CARD = 'application/vnd.microsoft.card.adaptive';

/** The body of the request: as much of the notification as Teams takes. `least`: the words alone. */
export function teamsBody(
  notification: Notification,
  texts: PlainTexts,
  look: { readonly externalURL: string; readonly wrapping: Wrapping; readonly least?: boolean },
): string {
  let body = '';
  for (const alerts of look.least === true ? [0] : ALERTS_SHOWN) {
    for (const length of look.least === true ? [1000] : TEXT_LENGTHS) {
      body = JSON.stringify(wrapped(card(notification, texts, look.externalURL, alerts, length), look.wrapping));
      if (Buffer.byteLength(body) <= MOST_BYTES) return body;
    }
  }
  return body;
}

function wrapped(content: Element, wrapping: Wrapping): Element {
  if (wrapping === 'bare') return content;
  return { type: 'message', attachments: [{ contentType: CARD, contentUrl: null, content }] };
}

function card(
  notification: Notification,
  texts: PlainTexts,
  externalURL: string,
  shown: number,
  length: number,
): Element {
  const actions = actionsOf(notification, externalURL, texts.wording);
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    msteams: { width: 'Full' },
    // What speech and notifications say.
    speak: cut(texts.title, TITLE_LENGTH),
    body: [
      headline(notification, texts),
      ...lines(texts.text, length),
      {
        type: 'FactSet',
        facts: factsOf(notification, texts.wording)
          .slice(0, 12)
          .map(({ name, value }) => ({ title: inert(name), value: inert(value) })),
      },
      ...alerts(notification, shown, texts.wording),
      ...heldLines(notification)
        .slice(0, 3)
        .map((line) => rich([run(line, { isSubtle: true })])),
    ],
    ...(actions.length === 0 ? {} : { actions }),
  };
}

function headline(notification: Notification, { title }: PlainTexts): Element {
  const text = {
    type: 'TextBlock',
    text: inert(cut(title, TITLE_LENGTH)),
    weight: 'Bolder',
    size: 'Medium',
    wrap: true,
    style: 'heading',
  };
  return { type: 'Container', style: styleOf(notification), bleed: true, items: [text] };
}

/** Teams' names of colours; each has a dark form, too. */
function styleOf({ status, priority }: Pick<Notification, 'status' | 'priority'>): string {
  if (status === 'resolved') return 'good';
  switch (priority) {
    case 'P1':
    case 'P2':
      return 'attention';
    case 'P3':
      return 'warning';
    case 'P4':
      return 'accent';
    case 'P5':
      return 'emphasis';
    default:
      return priority satisfies never;
  }
}

/** A line each: phones show no line breaks within a run. */
function lines(text: string, length: number): Element[] {
  const shown = cut(text, length)
    .split('\n')
    .map((line) => line.trim());
  return shown
    .filter((line) => line !== '')
    .slice(0, 30)
    .map((line) => rich([run(line)]));
}

/** A single alert is said by the text, its times by the facts and its source by a button. */
function alerts(notification: Notification, most: number, wording: Wording): Element[] {
  const { lines: shown, more } = alertLines(notification, most, wording);
  if (notification.alerts.length < 2)
    return shown.filter(({ labels }) => labels !== '').map(({ labels }) => rich([quiet(labels)]));
  const items = shown.map((alert) => ({
    type: 'Container',
    separator: true,
    spacing: 'Small',
    items: [summary(alert), details(alert, wording)],
  }));
  return more > 0
    ? [...items, rich([run(`… + ${more} ${wording.words.more}`, { isSubtle: true, italic: true })])]
    : items;
}

function summary({ status, summary: text, mark }: AlertLine): Element {
  const colour = status === 'firing' ? 'attention' : 'good';
  const runs = [run(status === 'firing' ? '● ' : '✓ ', { color: colour }), run(text, { weight: 'Bolder' })];
  return rich(mark === '' ? runs : [...runs, run(` (${mark})`, { isSubtle: true })]);
}

function details(alert: AlertLine, wording: Wording): Element {
  const { labels, link } = alert;
  const text = [labels, spanOf(alert, wording)].filter((part) => part !== '').join(' · ');
  const opens = { size: 'Small', selectAction: { type: 'Action.OpenUrl', url: link } };
  const source = link === null ? [] : [quiet(' · '), run(wording.words.source, opens)];
  // Close below its summary.
  return { ...rich([quiet(text), ...source]), spacing: 'None' };
}

function actionsOf(notification: Notification, externalURL: string, { words }: Wording): Element[] {
  const source = notification.alerts.length === 1 ? webLink(notification.alerts[0]!.generatorURL) : null;
  const pages = [
    [openLink(externalURL), words.open],
    [runbookOf(notification), words.runbook],
    [dashboardOf(notification), words.dashboard],
    [source, words.source],
  ] as const;
  const actions = pages.flatMap(([url, title]) => (url === null ? [] : [{ type: 'Action.OpenUrl', title, url }]));
  // A phone has room for two or three; what is left stands in the menu behind them.
  return actions.map((action, at) => (at < MOST_BUTTONS ? action : { ...action, mode: 'secondary' }));
}

function rich(inlines: readonly Element[]): Element {
  return { type: 'RichTextBlock', inlines };
}

function run(text: string, look: Element = {}): Element {
  return { type: 'TextRun', text, ...look };
}

function quiet(text: string): Element {
  return run(text, { isSubtle: true, size: 'Small' });
}

/** Without links: a FactSet and a heading know Markdown, and `[Sign in](https://evil)` would look like ours. */
function inert(text: string): string {
  return text.replaceAll('](', '] (');
}

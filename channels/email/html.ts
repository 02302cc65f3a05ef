/** The HTML of a mail about a group: what happened, how bad it is, then each alert with what sets it apart from the others. */

import type { AlertStatus, LabelSet } from '../../alert/alert.ts';
import type { GroupedAlert, Notification } from '../../alert/notification.ts';
import { dashboardIn, LINK_ANNOTATIONS, runbookIn, statesOf, webLink } from '../message-facts.ts';
import { LIGHT, type Shade, shadeOf } from '../palette.ts';
import type { Wording } from '../wording.ts';
import { BREAKS, button, escapeHtml, FONT, MONO, page, paragraph, row } from './layout.ts';
import { headingOf, labelsInCommon, whyTold } from './text.ts';

export interface Picture {
  /** Content-ID without brackets. */
  readonly cid: string;
  readonly contentType: 'image/png' | 'image/jpeg';
  readonly content: Buffer;
  /** For who cannot see it. */
  readonly alt: string;
  /** What is drawn, in the sender's own words; empty: nothing needs to be said. */
  readonly caption: string;
}

export interface HtmlContent {
  readonly notification: Notification;
  readonly title: string;
  readonly intro: string;
  readonly wording: Wording;
  /** Page of the alert in Herald, or null. */
  readonly link: (alert: GroupedAlert) => string | null;
  readonly pictures: readonly Picture[];
  /** HTML in place of the list of alerts, unless empty. */
  readonly body: string;
  /** Whether a reply reaches Herald. */
  readonly replies: boolean;
  readonly unsubscribeUrl: string | null;
  /** Bytes of UTF-8 that the whole may have. */
  readonly limit: number;
}

const MOST_LABELS = 30;
const LONGEST_VALUE = 300;
const LONGEST_DESCRIPTION = 1500;
/** Shown as links or text of their own. */
const KNOWN_ANNOTATIONS = new Set(['summary', 'description', 'message', ...LINK_ANNOTATIONS]);

/** As many alerts as fit into the limit; how many do not is said. The first one is always there. */
export function mailHtml(content: HtmlContent): string {
  const { notification, wording, title, limit } = content;
  const accent = shadeOf(notification);
  const shared = labelsInCommon(notification.alerts);
  const frame = (rows: string) =>
    page({
      language: wording.language,
      preview: [content.intro, notification.alerts[0]?.annotations.summary ?? ''].join(' ').trim(),
      title,
      accent: accent.solid,
      rows,
      footer: footer(content),
    });
  const head = header(content) + sharedRow(shared, wording) + pictureRows(content.pictures);
  if (content.body !== '') return frame(header(content) + pictureRows(content.pictures) + row(content.body));
  // Room for the line that says how many more there are.
  let room = limit - Buffer.byteLength(frame(head)) - 400;
  const cards: string[] = [];
  for (const alert of notification.alerts) {
    const card = alertRow(alert, shared, content, cards.length === 0);
    room -= Buffer.byteLength(card);
    if (room < 0 && cards.length > 0) break;
    cards.push(card);
  }
  const left = notification.alerts.length - cards.length + notification.truncatedAlerts;
  return frame(
    head +
      cards.join('') +
      (left === 0 ? '' : row(paragraph(`+ ${left} ${escapeHtml(wording.words.notShown)}`, '', true))),
  );
}

function header({ notification, title, intro, wording }: HtmlContent): string {
  const { words } = wording;
  const pills = [
    ...(['firing', 'resolved'] as const).map((status) => statusPill(notification, status, words[status])),
    fact(words.priority, notification.priority),
    fact(words.environment, wording.environment(notification.environment)),
  ].join('');
  const heading =
    `<h1 class="title text" style="margin:12px 0 6px;font:700 22px/28px ${FONT};color:${LIGHT.text};${BREAKS}">` +
    `${escapeHtml(title)}</h1>`;
  return row(
    `<div style="line-height:30px">${pills}</div>${heading}${intro === '' ? '' : paragraph(lines(intro), 'margin-bottom:0')}`,
    '20px 24px 16px',
  );
}

/** Empty where no alert has the status. The number counts those that are here: of those left off nobody knows it. */
function statusPill({ alerts, priority, truncatedAlerts }: Notification, status: AlertStatus, word: string): string {
  const count = alerts.filter((alert) => alert.status === status).length;
  if (count === 0) return '';
  const shown = alerts.length + truncatedAlerts > 1 ? `${word} · ${count}` : word;
  return pill(shown, shadeOf({ status, priority }));
}

function pill(text: string, accent: Shade): string {
  return (
    `<span class="${accent.name}" style="display:inline-block;margin:0 8px 0 0;padding:3px 10px;border-radius:12px;` +
    `background-color:${accent.tint};color:${accent.onTint};font:700 13px/18px ${FONT};white-space:nowrap">${escapeHtml(text)}</span>`
  );
}

function fact(name: string, value: string): string {
  return (
    `<span class="quiet" style="display:inline-block;margin:0 12px 0 0;font:400 13px/18px ${FONT};color:${LIGHT.quiet};white-space:nowrap">` +
    `${escapeHtml(name)} <strong class="text" style="color:${LIGHT.text}">${escapeHtml(value)}</strong></span>`
  );
}

function sharedRow(shared: LabelSet, { words }: Wording): string {
  if (Object.keys(shared).length === 0) return '';
  return row(
    `${paragraph(escapeHtml(words.shared), 'margin-bottom:4px;font-size:12px;line-height:18px', true)}${labels(shared)}`,
  );
}

function pictureRows(pictures: readonly Picture[]): string {
  const style = 'display:block;width:100%;max-width:592px;height:auto;border:0;border-radius:6px';
  const words = `margin:6px 0 0;font-family:${MONO};font-size:12px;line-height:18px`;
  return pictures
    .map(({ cid, alt, caption }) => {
      const image = `<img src="cid:${cid}" alt="${escapeHtml(alt)}" width="592" style="${style}">`;
      return row(caption === '' ? image : image + paragraph(escapeHtml(caption), words, true));
    })
    .join('');
}

function alertRow(alert: GroupedAlert, shared: LabelSet, content: HtmlContent, first: boolean): string {
  const { wording, notification } = content;
  const accent = shadeOf(alert);
  const { annotations } = alert;
  const title = headingOf(alert, wording);
  const description = cut(annotations.description ?? '', LONGEST_DESCRIPTION);
  const own = without(alert.labels, (name) => Object.hasOwn(shared, name));
  const more = without(annotations, (name) => KNOWN_ANNOTATIONS.has(name));
  const body = [
    `<p class="text" style="margin:0 0 4px;font:600 15px/21px ${FONT};color:${LIGHT.text};${BREAKS}">${escapeHtml(cut(title, 500))}</p>`,
    paragraph(when(alert, notification, wording), 'font-size:13px;line-height:19px', true),
    description === '' || description === title ? '' : paragraph(lines(description)),
    labels({ ...own, ...more }),
    `<div style="padding-top:8px">${links(alert, content, first)}</div>`,
  ].join('');
  return row(
    `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>` +
      `<td class="inset" style="padding:14px 16px 6px;background-color:${LIGHT.inset};border:1px solid ${LIGHT.line};` +
      `border-left:4px solid ${accent.solid};border-radius:6px">${body}</td></tr></table>`,
    '0 24px 12px',
  );
}

function when(alert: GroupedAlert, { createdAt }: Notification, wording: Wording): string {
  const { words, time, duration } = wording;
  const ended = alert.status === 'resolved';
  const length = duration(Math.max(0, (ended ? (alert.endsAt ?? createdAt) : createdAt) - alert.startsAt));
  const states = statesOf(alert, wording);
  const text = ended
    ? `${words.resolved} ${time(alert.endsAt ?? createdAt)}, ${words.lasted} ${length}`
    : `${words.firing}, ${words.since} ${time(alert.startsAt)} (${length})`;
  return [text, ...states].map(escapeHtml).join(' · ');
}

function links(alert: GroupedAlert, { wording: { words }, link }: HtmlContent, first: boolean): string {
  const accent = shadeOf(alert);
  const page = link(alert);
  const others = [
    [words.runbook, runbookIn(alert.annotations)],
    [words.dashboard, dashboardIn(alert.annotations)],
    [words.source, webLink(alert.generatorURL)],
  ] as const;
  return [
    ...(page === null ? [] : [button(words.open, page, first ? accent.solid : null)]),
    ...others.filter((pair) => pair[1] !== null).map(([label, url]) => button(label, url ?? '', null)),
  ].join('');
}

function labels(set: LabelSet): string {
  const names = Object.keys(set);
  if (names.length === 0) return '';
  const cells = names.slice(0, MOST_LABELS).map((name) => {
    const style = `margin:0 14px 3px 0;font:400 12.5px/19px ${MONO};color:${LIGHT.quiet};${BREAKS}`;
    const value = escapeHtml(cut(set[name] ?? '', LONGEST_VALUE));
    return `<span class="quiet" style="display:inline-block;${style}">${escapeHtml(name)}=<span class="text" style="color:${LIGHT.text}">${value}</span></span> `;
  });
  const left = names.length - cells.length;
  return `<div>${cells.join('')}${left > 0 ? `<span class="quiet" style="font:400 12px/18px ${FONT};color:${LIGHT.quiet}">+ ${left}</span>` : ''}</div>`;
}

function footer({ notification, wording, replies, unsubscribeUrl }: HtmlContent): string {
  const { words } = wording;
  const why = whyTold(notification.reasons, wording);
  const link =
    unsubscribeUrl === null
      ? null
      : `<a href="${escapeHtml(unsubscribeUrl)}" class="quiet" style="color:${LIGHT.quiet}">${escapeHtml(words.unsubscribe)}</a>`;
  return [
    ...(replies ? [escapeHtml(words.reply)] : []),
    `${escapeHtml(words.why)} ${escapeHtml(why)} · ${escapeHtml(notification.channel)} · <span style="white-space:nowrap">${escapeHtml(notification.id)}</span>`,
    ...(link === null ? [] : [link]),
  ].join('<br>');
}

function without(set: LabelSet, leave: (name: string, value: string) => boolean): LabelSet {
  return Object.fromEntries(Object.entries(set).filter(([name, value]) => !leave(name, value)));
}

function lines(text: string): string {
  return escapeHtml(text).replace(/\r?\n/g, '<br>');
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text;
}

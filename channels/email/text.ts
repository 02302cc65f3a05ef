/** The plain text of a mail: the same as the HTML says, for who reads or forwards it without. Lines are not wrapped: clients do. */

import type { LabelSet } from '../../alert/alert.ts';
import type { GroupedAlert } from '../../alert/notification.ts';
import type { Reason } from '../../alert/reason.ts';
import { dashboardIn, runbookIn, statesOf, webLink } from '../message-facts.ts';
import { sharedLabels } from '../shared-labels.ts';
import { printable } from '../template/printable.ts';
import type { Wording } from '../wording.ts';
import type { HtmlContent } from './html.ts';

const LONGEST_VALUE = 300;

export type TextContent = Pick<
  HtmlContent,
  'notification' | 'title' | 'intro' | 'wording' | 'link' | 'replies' | 'unsubscribeUrl' | 'limit'
>;

/** As many alerts as fit; how many do not is said. */
export function mailText(content: TextContent): string {
  const { notification, title, intro, wording, limit } = content;
  const { words } = wording;
  const shared = labelsInCommon(notification.alerts);
  const status = notification.status === 'firing' ? words.firing : words.resolved;
  const head = [
    printable(title),
    '',
    `${status} · ${words.priority} ${notification.priority} · ${words.environment} ${wording.environment(notification.environment)}`,
    ...(intro === '' ? [] : [printable(intro)]),
    ...(Object.keys(shared).length === 0 ? [] : [`${words.shared}: ${pairs(shared)}`]),
  ].join('\n');
  let room = limit - Buffer.byteLength(head) - 1000;
  const parts: string[] = [];
  for (const alert of notification.alerts) {
    const part = alertText(alert, shared, content);
    room -= Buffer.byteLength(part);
    if (room < 0 && parts.length > 0) break;
    parts.push(part);
  }
  const left = notification.alerts.length - parts.length + notification.truncatedAlerts;
  return [head, ...parts, ...(left === 0 ? [] : [`+ ${left} ${words.notShown}`]), footer(content)]
    .join('\n\n')
    .concat('\n');
}

function alertText(alert: GroupedAlert, shared: LabelSet, { wording, notification, link }: TextContent): string {
  const { words, time, duration } = wording;
  const { annotations, labels } = alert;
  const title = headingOf(alert, wording);
  const own = pairs(labels, shared);
  const until = alert.status === 'resolved' ? (alert.endsAt ?? notification.createdAt) : notification.createdAt;
  const length = duration(Math.max(0, until - alert.startsAt));
  const when =
    alert.status === 'resolved'
      ? `${words.resolved} ${time(until)}, ${words.lasted} ${length}`
      : `${words.firing}, ${words.since} ${time(alert.startsAt)} (${length})`;
  const states = statesOf(alert, wording);
  const described = annotations.description;
  const links = [
    [words.open, link(alert)],
    [words.runbook, runbookIn(annotations)],
    [words.dashboard, dashboardIn(annotations)],
    [words.source, webLink(alert.generatorURL)],
  ] as const;
  return [
    `* ${oneLine(title)}`,
    `  ${[when, ...states].join(' · ')}`,
    ...(described === undefined || described === title ? [] : [`  ${oneLine(described, 1500)}`]),
    ...(own === '' ? [] : [`  ${own}`]),
    ...links.filter(([, url]) => url !== null).map(([label, url]) => `  ${label}: ${url}`),
  ].join('\n');
}

/** Below the line that starts a signature, so that replies leave it out. */
function footer({ notification, wording, replies, unsubscribeUrl }: TextContent): string {
  const { words } = wording;
  const why = whyTold(notification.reasons, wording);
  return [
    '-- ',
    ...(replies ? [words.reply] : []),
    `${words.why} ${why} · ${notification.channel} · ${notification.id}`,
    ...(unsubscribeUrl === null ? [] : [`${words.unsubscribe}: ${unsubscribeUrl}`]),
  ].join('\n');
}

export function headingOf({ annotations, labels }: GroupedAlert, { words }: Wording): string {
  return annotations.summary || annotations.message || labels.alertname || words.nameless;
}

/** The labels that all of them have, where there are several. */
export function labelsInCommon(alerts: readonly GroupedAlert[]): LabelSet {
  return alerts.length < 2 ? {} : sharedLabels(alerts.map(({ labels }) => labels));
}

function pairs(labels: LabelSet, leave: LabelSet = {}): string {
  return Object.entries(labels)
    .filter(([name]) => !Object.hasOwn(leave, name))
    .map(([name, value]) => `${name}=${oneLine(value)}`)
    .join(' ');
}

/** What the codes of the reasons mean to the reader. */
export function whyTold(reasons: readonly Reason[], wording: Wording): string {
  const codes = [...new Set(reasons.map(({ code }) => code))];
  return codes
    .slice(0, 3)
    .map((code) => wording.because(code))
    .join('; ');
}

function oneLine(text: string, longest = LONGEST_VALUE): string {
  const line = printable(text.replace(/[\s\p{Cc}]+/gu, ' ').trim());
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line;
}

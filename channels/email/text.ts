/** The plain text of a mail: the same as the HTML says, for who reads or forwards it without. Lines are not wrapped: clients do. */

import type { GroupedAlert } from '../../alert/notification.ts';
import { REASONS, type Reason } from '../../alert/reason.ts';
import type { HtmlContent } from './html.ts';
import { webLink } from './layout.ts';

const LONGEST_VALUE = 300;

export type TextContent = Pick<
  HtmlContent,
  'notification' | 'title' | 'intro' | 'wording' | 'link' | 'replies' | 'unsubscribeUrl' | 'limit'
>;

/** As many alerts as fit; how many do not is said. */
export function mailText(content: TextContent): string {
  const { notification, title, intro, wording, limit } = content;
  const { words } = wording;
  const status = notification.status === 'firing' ? words.firing : words.resolved;
  const head = [
    title,
    '',
    `${status} · ${words.priority} ${notification.priority} · ${words.environment} ${notification.environment}`,
    ...(intro === '' ? [] : [intro]),
  ].join('\n');
  let room = limit - Buffer.byteLength(head) - 1000;
  const parts: string[] = [];
  for (const alert of notification.alerts) {
    const part = alertText(alert, content);
    room -= Buffer.byteLength(part);
    if (room < 0 && parts.length > 0) break;
    parts.push(part);
  }
  const left = notification.alerts.length - parts.length + notification.truncatedAlerts;
  return [head, ...parts, ...(left === 0 ? [] : [`+ ${left} ${words.more}`]), footer(content)]
    .join('\n\n')
    .concat('\n');
}

function alertText(alert: GroupedAlert, { wording, notification, link }: TextContent): string {
  const { words, time, duration } = wording;
  const { annotations, labels } = alert;
  const title = annotations.summary ?? annotations.message ?? labels.alertname ?? alert.fingerprint;
  const until = alert.status === 'resolved' ? (alert.endsAt ?? notification.createdAt) : notification.createdAt;
  const length = duration(Math.max(0, until - alert.startsAt));
  const when =
    alert.status === 'resolved'
      ? `${words.resolved} ${time(until)}, ${words.lasted} ${length}`
      : `${words.firing}, ${words.since} ${time(alert.startsAt)} (${length})`;
  const described = annotations.description;
  const links = [
    [words.details, link(alert)],
    [words.runbook, webLink(annotations.runbook_url)],
    [words.dashboard, webLink(annotations.dashboard_url)],
    [words.source, webLink(alert.generatorURL)],
  ] as const;
  return [
    `* ${oneLine(title)}`,
    `  ${when}`,
    ...(described === undefined || described === title ? [] : [`  ${oneLine(described, 1500)}`]),
    `  ${Object.entries(labels)
      .map(([name, value]) => `${name}=${oneLine(value)}`)
      .join(' ')}`,
    ...links.filter(([, url]) => url !== null).map(([label, url]) => `  ${label}: ${url}`),
  ].join('\n');
}

/** Below the line that starts a signature, so that replies leave it out. */
function footer({ notification, wording: { words }, replies, unsubscribeUrl }: TextContent): string {
  const why = whyTold(notification.reasons);
  return [
    '-- ',
    ...(replies ? [words.reply] : []),
    `${words.why} ${why} · ${notification.channel} · ${notification.id}`,
    ...(unsubscribeUrl === null ? [] : [`${words.unsubscribe}: ${unsubscribeUrl}`]),
  ].join('\n');
}

/** What the codes mean, as they stand in alert/reason.ts. */
export function whyTold(reasons: readonly Reason[]): string {
  const codes = [...new Set(reasons.map(({ code }) => code))];
  return codes
    .slice(0, 3)
    .map((code) => REASONS[code] ?? code)
    .join('; ');
}

function oneLine(text: string, longest = LONGEST_VALUE): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line;
}

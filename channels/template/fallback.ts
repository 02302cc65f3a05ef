/** What is sent where a template fails: plain, complete and made without any template, so that it cannot fail as well. */

import type { Notification } from '../../alert/notification.ts';
import { languageOf, TEXTS } from './languages.ts';
import { type Escape, escapeHtml } from './output.ts';
import { oneLine } from './printable.ts';

const ALERTS = 20;
const LENGTH = 300;

/** Parts that take one line, by their usual names; every other one gets a line for each alert, too. */
const ONE_LINERS = /subject|title|headline|summary|fallback|name|label|short/i;

export function fallbackText(notification: Notification, part: string, language: string, mode: Escape): string {
  const words = TEXTS[languageOf(language) ?? 'en'];
  const { status, priority, environment, alerts, truncatedAlerts } = notification;
  const count = alerts.length + truncatedAlerts;
  const what = summaryOf(alerts[0]) || cut(notification.groupKey);
  const many = `${count} ${count === 1 ? words.alert : words.alerts}`;
  const lines = [`[${words[status]}] ${priority} ${environment}: ${what} (${many})`];
  if (!ONE_LINERS.test(part)) {
    const shown = alerts.slice(0, ALERTS);
    for (const alert of shown) lines.push(`- ${words[alert.status]} ${alert.priority} ${summaryOf(alert)}`);
    if (count > shown.length) lines.push(`- ${count - shown.length} ${words.more}`);
  }
  const text = lines.join('\n');
  return mode === 'html' ? escapeHtml(text).replaceAll('\n', '<br>\n') : text;
}

function summaryOf(alert: Notification['alerts'][number] | undefined): string {
  if (alert === undefined) return '';
  const { summary, description, message } = alert.annotations;
  const named = [alert.labels.alertname, alert.labels.namespace].filter((label) => label).join(' ');
  return cut([named, summary || description || message].filter((text) => text).join(': '));
}

function cut(text: string): string {
  const line = oneLine(text.slice(0, 4 * LENGTH));
  return line.length > LENGTH ? `${line.slice(0, LENGTH).toWellFormed()}...` : line;
}

/**
 * A notification as text: one line, and a few indented ones when it is about more than one alert. Labels and annotations come
 * from outside, so nothing in them can move the cursor, change colours, break the line or reverse the reading direction.
 */

import type { LabelSet, Priority } from '../../alert/alert.ts';
import type { GroupedAlert, Notification } from '../../alert/notification.ts';

export interface RenderOptions {
  readonly colour: boolean;
}

const ALERT_LINES = 5;
const LABELS = 12;
const VALUE_LENGTH = 120;
const SUMMARY_LENGTH = 240;

/** Control and format characters, line separators, halves of surrogate pairs; joiners of emoji and scripts may stay. */
const HARMFUL = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Lines that end in a line feed each. */
export function render(notification: Notification, { colour }: RenderOptions): string {
  const paint = colour ? inColour : plain;
  const lines = [headline(notification, paint)];
  if (notification.alerts.length > 1) lines.push(...alertLines(notification, paint));
  lines.push(...holdLines(notification, paint));
  return `${lines.join('\n')}\n`;
}

function headline(notification: Notification, paint: Paint): string {
  const { status, priority, environment, groupLabels, alerts } = notification;
  const count = alerts.length + notification.truncatedAlerts;
  const summary = summaryOf(alerts[0]);
  const parts = [
    paint('dim', new Date(notification.createdAt).toISOString().replace(/\.\d+Z$/, 'Z')),
    paint(status, status.toUpperCase().padEnd('RESOLVED'.length)),
    paint(priority, priority),
    visible(environment, VALUE_LENGTH),
    labelsOf(groupLabels),
    `${count} ${count === 1 ? 'alert' : 'alerts'}${summary === '' ? '' : `: ${summary}`}`,
    paint('dim', `[${visible(notification.id, VALUE_LENGTH)}]`),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function alertLines(notification: Notification, paint: Paint): string[] {
  const shown = notification.alerts.slice(0, ALERT_LINES);
  const lines = shown.map((alert) => {
    const own = Object.entries(alert.labels).filter(([name]) => !Object.hasOwn(notification.groupLabels, name));
    const status = paint(alert.status, alert.status.toUpperCase().padEnd('RESOLVED'.length));
    return ['  -', status, paint(alert.priority, alert.priority), labelsOf(Object.fromEntries(own)), summaryOf(alert)]
      .filter((part) => part !== '')
      .join(' ');
  });
  const more = notification.alerts.length + notification.truncatedAlerts - shown.length;
  return more > 0 ? [...lines, `  - and ${more} more`] : lines;
}

/** What was held back until now. */
function holdLines({ reasons }: Notification, paint: Paint): string[] {
  const ended = reasons.filter(({ code }) => code === 'hold.ended');
  return ended.map(({ detail }) => paint('dim', `  (${visible(detail, SUMMARY_LENGTH)})`));
}

function labelsOf(labels: LabelSet): string {
  const pairs = Object.entries(labels);
  const shown = pairs.slice(0, LABELS).map(([name, value]) => {
    const quoted = value.slice(0, VALUE_LENGTH + 1).replace(/["\\]/g, '\\$&');
    return `${visible(name, VALUE_LENGTH)}="${visible(quoted, VALUE_LENGTH)}"`;
  });
  return pairs.length > LABELS ? `${shown.join(' ')} ...` : shown.join(' ');
}

function summaryOf(alert: GroupedAlert | undefined): string {
  if (alert === undefined) return '';
  const { summary, description, message } = alert.annotations;
  const text = summary || description || message || alert.labels.alertname || '';
  return visible(text.replace(/\s+/g, ' ').trim(), SUMMARY_LENGTH);
}

/** Harmful characters as escapes that can be read, `\u{1b}`, and at most `length` characters of the original. */
function visible(text: string, length: number): string {
  const cut = text.length > length ? `${text.slice(0, length)}...` : text;
  return cut.replace(HARMFUL, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

type Style = 'dim' | 'firing' | 'resolved' | Priority;
type Paint = (style: Style, text: string) => string;

/** SGR parameters: https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ */
const SGR: Readonly<Record<Style, string>> = {
  dim: '2',
  firing: '1;31',
  resolved: '1;32',
  P1: '1;35',
  P2: '1;33',
  P3: '36',
  P4: '34',
  P5: '2',
};

const plain: Paint = (_style, text) => text;
const inColour: Paint = (style, text) => `\u001b[${SGR[style]}m${text}\u001b[0m`;

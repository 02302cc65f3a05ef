/** The words of a message in a chat whose structure is built here, unless a Template says others: no markup at all. */

import type { Notification } from '../alert/notification.ts';
import type { SenderContext } from './sender.ts';
import { type Wording, wordingOf } from './wording.ts';

export const PLAIN_TEMPLATE = {
  title:
    '{{ status | emoji }} [{{ status | text }}] {{ priority }} {{ title | line | truncate: 200 }} · {{ environment | text }}',
  // A tag takes the line end after it along.
  text: `{% if taken %}{{ 'acknowledged' | text | capitalize }}{% if takenBy != "" %}: {{ takenBy }}{% endif %}{{ '' }}
{% endif %}
{% if repeated %}{{ 'repeated' | text }}
{% endif %}
{% if escalated %}{{ 'escalated' | text }}
{% endif %}
{% if counts.total == 1 %}
{% assign only = alerts | first %}
{{ summary | truncate: 500 }}
{% if only.description != summary %}
{{ only.description | truncate: 1500 }}
{% endif %}
{% else %}
{{ counts.total | alerts }}{% if counts.firing != counts.total %}{{ ': ' }}{{ counts.firing }} {{ 'firing' | text | lower }}, {{ counts.resolved }} {{ 'resolved' | text | lower }}{% endif %}
{% endif %}`,
} as const;

export interface PlainTexts {
  /** One line. */
  readonly title: string;
  /** Lines; may be empty. */
  readonly text: string;
  /** What of the templates did not work, for the outcome's detail. */
  readonly failures: readonly string[];
  /** Of the reader, for what stands besides. */
  readonly wording: Wording;
}

/** `type`: of the channel, by which Templates are chosen. */
export async function plainTexts(
  type: string,
  notification: Notification,
  { templates }: SenderContext,
): Promise<PlainTexts> {
  const { channel } = notification;
  const asked = { type, channel, defaults: PLAIN_TEMPLATE, notification, escape: 'none' } as const;
  const { parts, failures, locale } = await templates.render(asked);
  const title = (parts.title ?? '').replace(/\s+/g, ' ').trim();
  return { title, text: (parts.text ?? '').trim(), failures, wording: wordingOf(locale) };
}

/** The words of a Slack message, unless a Template says others. Their markup is Slack's; what comes from outside is escaped. */

import type { Notification } from '../../alert/notification.ts';
import type { SenderContext } from '../sender.ts';
import { type Wording, wordingOf } from '../wording.ts';
import { safeMarkup } from './mrkdwn.ts';

// A tag takes the blanks and the line end after it along: where one is meant, an output stands before it.
export const SLACK_TEMPLATE = {
  /** Above the coloured part, and what phones show. */
  title:
    '{{ status | emoji }} *[{{ status | text }}] {{ priority }}* {{ title | line | truncate: 200 | slack }} · {{ environment | text }}',
  /** Above the facts. */
  text: `{% if repeated %}_{{ 'repeated' | text }}_
{% endif %}
{% if escalated %}_{{ 'escalated' | text }}_
{% endif %}
{% if counts.total == 1 %}
{% assign only = alerts | first %}
{% if summary != "" %}*{{ summary | truncate: 500 | slack }}*{{ '' }}
{% endif %}
{% if only.description != summary %}
{{ only.description | truncate: 1500 | slack }}
{% endif %}
{% else %}
*{{ counts.total | alerts }}*{% if counts.firing != counts.total %}{{ ': ' }}{{ counts.firing }} {{ 'firing' | text | lower }}, {{ counts.resolved }} {{ 'resolved' | text | lower }}{% endif %}
{% endif %}`,
  /** In the thread of a message that was updated. */
  reply: `{% if taken %}👀 *{{ 'acknowledged' | text | capitalize }}*{% if takenBy != "" %}{{ ' · ' }}{{ takenBy | slack }}{% endif %}{% else %}{{ status | emoji }} *{{ status | text }}*{% endif %}{% if repeated %}{{ ' · ' }}{{ 'repeated' | text }}{% endif %}{% if escalated %}{{ ' · ' }}{{ 'escalated' | text }}{% endif %}{{ ' · ' }}{{ counts.firing }} {{ 'firing' | text | lower }}, {{ counts.resolved }} {{ 'resolved' | text | lower }}
{% for alert in alerts limit: 5 %}
{{ alert.status | emoji }} {{ alert.summary | line | truncate: 200 | slack }}{% if alert.ownLabels.pod %}{{ ' (' }}{{ alert.ownLabels.pod | line | truncate: 80 | slack }}){% endif %}{{ '' }}
{% endfor %}
{% if counts.total > 5 %}
… {{ counts.total | minus: 5 }} {{ 'more' | text }}
{% endif %}`,
} as const;

export interface SlackTexts {
  readonly title: string;
  readonly text: string;
  readonly reply: string;
  /** What of the templates did not work, for the outcome's detail. */
  readonly failures: readonly string[];
  /** Of the reader, for what stands besides. */
  readonly wording: Wording;
}

export async function slackTexts(notification: Notification, { templates }: SenderContext): Promise<SlackTexts> {
  const { channel } = notification;
  const { parts, failures, locale } = await templates.render({
    type: 'slack',
    channel,
    defaults: SLACK_TEMPLATE,
    notification,
    escape: 'none',
  });
  const markup = (part: keyof typeof SLACK_TEMPLATE) => safeMarkup((parts[part] ?? '').trim());
  return { title: markup('title'), text: markup('text'), reply: markup('reply'), failures, wording: wordingOf(locale) };
}

/** What stands in a ticket where no Template says otherwise. Plain text: each system makes its own form of it. */

import type { Notification } from '../../alert/notification.ts';
import type { Templates } from '../template/templates.ts';

export const TICKET_PARTS = {
  title:
    '[{{ priority }}] {{ title | line }}{% if commonLabels.namespace %}{{ " in " }}{{ commonLabels.namespace | line }}{% endif %}' +
    '{% if summary != "" and summary != title %}: {{ summary | line }}{% endif %}',
  description: `{{ summary | line }}

{{ 'priority' | text }}: {{ priority | priority }}
{{ 'environment' | text }}: {{ environment | text }}
{{ counts.total | alerts }}: {{ counts.firing }} {{ 'firing' | text | lower }}, {{ counts.resolved }} {{ 'resolved' | text | lower }}
{% if escalated %}{{ 'escalated' | text }}
{% endif %}
{% for alert in alerts limit: 20 %}

- {{ alert.status | text }} {{ alert.priority }} {{ alert.summary | line | truncate: 300 }} ({{ 'since' | text }} {{ alert.startsAt | time }})
- {{ alert.labels | labels }}
{% if alert.description != alert.summary %}- {{ alert.description | line | truncate: 500 }}
{% endif %}
{% if alert.runbook != "" %}- {{ 'runbook' | text }}: {{ alert.runbook }}
{% endif %}
{% if alert.generatorURL != "" %}- {{ 'source' | text }}: {{ alert.generatorURL }}
{% endif %}
{% endfor %}
{% if counts.total > 20 %}
{{ counts.total | minus: 20 }} {{ 'more' | text }}
{% endif %}

{{ 'details' | text }} {{ links.explain }}`,
  comment: `{% if taken %}{{ 'acknowledged' | text | capitalize }}{% if takenBy != "" %}: {{ takenBy }}{% endif %}{{ '' }}
{% endif %}
{% if repeated %}{{ 'repeated' | text }}
{% endif %}
{% if escalated %}{{ 'escalated' | text }}
{% endif %}
{{ priority | priority }}, {{ counts.total | alerts }}: {{ counts.firing }} {{ 'firing' | text | lower }}, {{ counts.resolved }} {{ 'resolved' | text | lower }}
{% for alert in alerts limit: 10 %}
- {{ alert.status | text }} {{ alert.priority }} {{ alert.summary | line | truncate: 300 }}
{% endfor %}
{% if counts.total > 10 %}
{{ counts.total | minus: 10 }} {{ 'more' | text }}
{% endif %}`,
  resolution: `{{ 'resolved' | text }}: {{ counts.total | alerts }}
{% for alert in alerts limit: 10 %}
- {{ alert.summary | line | truncate: 300 }}{{ " (" }}{{ 'ended' | text }} {{ alert.endsAt | time }})
{% endfor %}`,
};

export interface TicketTexts {
  /** One line. */
  readonly title: string;
  readonly description: string;
  readonly comment: string;
  readonly resolution: string;
  /** What of the templates did not work, for the outcome's detail. */
  readonly failures: readonly string[];
}

export async function ticketTexts(
  templates: Templates,
  type: string,
  notification: Notification,
): Promise<TicketTexts> {
  const { channel } = notification;
  const request = { type, channel, defaults: TICKET_PARTS, notification, escape: 'none' } as const;
  const { parts, failures } = await templates.render(request);
  const of = (part: keyof typeof TICKET_PARTS) => parts[part]!.trim();
  return {
    title: of('title'),
    description: of('description'),
    comment: of('comment'),
    resolution: of('resolution'),
    failures,
  };
}

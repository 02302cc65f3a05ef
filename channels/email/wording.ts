/** The words of a mail's fixed parts, in each language that Herald speaks. What operators word themselves comes from templates. */

export interface Words {
  readonly firing: string;
  readonly resolved: string;
  readonly since: string;
  readonly lasted: string;
  readonly environment: string;
  readonly priority: string;
  readonly details: string;
  readonly source: string;
  readonly runbook: string;
  readonly dashboard: string;
  readonly acknowledged: string;
  readonly snoozed: string;
  readonly awaiting: string;
  readonly flapping: string;
  readonly shared: string;
  readonly more: string;
  readonly why: string;
  readonly reply: string;
  readonly unsubscribe: string;
}

export interface Wording {
  readonly language: string;
  readonly words: Words;
  /** `time`: Unix ms. */
  time(time: number): string;
  duration(milliseconds: number): string;
}

export const WORDS: Readonly<Record<'en' | 'de', Words>> = {
  en: {
    firing: 'Firing',
    resolved: 'Resolved',
    since: 'since',
    lasted: 'after',
    environment: 'Environment',
    priority: 'Priority',
    details: 'Open in Herald',
    source: 'Source',
    runbook: 'Runbook',
    dashboard: 'Dashboard',
    acknowledged: 'acknowledged',
    snoozed: 'snoozed until',
    awaiting: 'awaits approval by rule',
    flapping: 'flapping',
    shared: 'All of them have',
    more: 'more are not shown here',
    why: 'You are told because:',
    reply: 'Reply with “ack” in the first line to take this on; what follows becomes the comment.',
    unsubscribe: 'Unsubscribe',
  },
  de: {
    firing: 'Ausgelöst',
    resolved: 'Behoben',
    since: 'seit',
    lasted: 'nach',
    environment: 'Umgebung',
    priority: 'Priorität',
    details: 'In Herald öffnen',
    source: 'Quelle',
    runbook: 'Runbook',
    dashboard: 'Dashboard',
    acknowledged: 'übernommen',
    snoozed: 'zurückgestellt bis',
    awaiting: 'wartet auf Freigabe nach Regel',
    flapping: 'flatternd',
    shared: 'Allen gemeinsam',
    more: 'weitere sind hier nicht gezeigt',
    why: 'Sie erhalten das wegen:',
    reply: 'Mit „ack“ in der ersten Zeile antworten, um das zu übernehmen; was folgt, wird der Kommentar.',
    unsubscribe: 'Abbestellen',
  },
};

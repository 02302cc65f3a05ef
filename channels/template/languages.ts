/** Every word of the built-in texts, in each language that Herald speaks. A template asks for them by `text`. */

import type { AlertStatus, Environment, Priority } from '../../alert/alert.ts';

export type Language = 'en' | 'de';

export const LANGUAGES: readonly Language[] = ['en', 'de'];

/** What the filter `text` takes. */
export type TextKey = AlertStatus | Environment | Priority | WordKey;

const WORDS = [
  'alert',
  'alerts',
  'since',
  'until',
  'ended',
  'more',
  'details',
  'source',
  'runbook',
  'silence',
  'acknowledge',
  'acknowledged',
  'snoozed',
  'awaiting',
  'flapping',
  'environment',
  'priority',
  'labels',
  'reasons',
  'held',
  'truncated',
  'nothing',
  'escalated',
  'repeated',
  'history',
  'namespace',
  'owner',
  'dashboard',
  'lasted',
  'shared',
  'notShown',
  'open',
  'snooze',
  'why',
  'reply',
  'unsubscribe',
  'nameless',
] as const;

type WordKey = (typeof WORDS)[number];

export const TEXTS: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = {
  en: {
    firing: 'Firing',
    resolved: 'Resolved',
    production: 'production',
    staging: 'staging',
    testing: 'testing',
    development: 'development',
    P1: 'P1 critical',
    P2: 'P2 high',
    P3: 'P3 medium',
    P4: 'P4 low',
    P5: 'P5 info',
    alert: 'alert',
    alerts: 'alerts',
    since: 'since',
    until: 'until',
    ended: 'ended',
    more: 'more',
    details: 'Why am I told this?',
    source: 'Source',
    runbook: 'Runbook',
    silence: 'Silence',
    acknowledge: 'Acknowledge',
    acknowledged: 'acknowledged',
    snoozed: 'snoozed until',
    awaiting: 'awaits approval',
    flapping: 'flapping',
    environment: 'Environment',
    priority: 'Priority',
    labels: 'Labels',
    reasons: 'Reasons',
    held: 'Held back until now',
    truncated: 'left off, for the message would have become too large',
    nothing: 'no alerts',
    escalated: 'Nobody took it on: you are told as the next one',
    repeated: 'Reminder: still firing',
    history: 'Firing alerts over time',
    namespace: 'Namespace',
    owner: 'Owner',
    dashboard: 'Dashboard',
    lasted: 'after',
    shared: 'All of them have',
    notShown: 'more are not shown here',
    open: 'Open in Herald',
    snooze: 'Snooze',
    why: 'You are told because:',
    reply: 'Reply with “ack” in the first line to take this on; what else you write is kept with the alert.',
    unsubscribe: 'Unsubscribe',
    nameless: 'Alert without a name',
  },
  de: {
    firing: 'Ausgelöst',
    resolved: 'Behoben',
    production: 'Produktion',
    staging: 'Staging',
    testing: 'Test',
    development: 'Entwicklung',
    P1: 'P1 kritisch',
    P2: 'P2 hoch',
    P3: 'P3 mittel',
    P4: 'P4 niedrig',
    P5: 'P5 Info',
    alert: 'Alarm',
    alerts: 'Alarme',
    since: 'seit',
    until: 'bis',
    ended: 'beendet',
    more: 'weitere',
    details: 'Warum erhalte ich das?',
    source: 'Quelle',
    runbook: 'Runbook',
    silence: 'Stummschalten',
    acknowledge: 'Übernehmen',
    acknowledged: 'übernommen',
    snoozed: 'zurückgestellt bis',
    awaiting: 'wartet auf Freigabe',
    flapping: 'flatternd',
    environment: 'Umgebung',
    priority: 'Priorität',
    labels: 'Labels',
    reasons: 'Gründe',
    held: 'Bis jetzt zurückgehalten',
    truncated: 'ausgelassen, weil die Nachricht zu groß geworden wäre',
    nothing: 'keine Alarme',
    escalated: 'Niemand hat es übernommen: Sie sind als Nächste:r dran',
    repeated: 'Erinnerung: noch nicht behoben',
    history: 'Aktive Alarme im Zeitverlauf',
    namespace: 'Namespace',
    owner: 'Zuständig',
    dashboard: 'Dashboard',
    lasted: 'nach',
    shared: 'Allen gemeinsam',
    notShown: 'weitere sind hier nicht gezeigt',
    open: 'In Herald öffnen',
    snooze: 'Zurückstellen',
    why: 'Sie erhalten das wegen:',
    reply:
      'Mit „ack“ in der ersten Zeile antworten, um das zu übernehmen; was sonst geschrieben steht, bleibt beim Alarm.',
    unsubscribe: 'Abbestellen',
    nameless: 'Alarm ohne Namen',
  },
};

export const TEXT_KEYS = Object.keys(TEXTS.en) as readonly TextKey[];

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(TEXTS.en, key);
}

/** Of a BCP 47 tag: `de-AT` is German. null: none that Herald speaks. */
export function languageOf(tag: string | undefined): Language | null {
  const primary = tag?.split(/[-_]/)[0]?.toLowerCase();
  return LANGUAGES.find((language) => language === primary) ?? null;
}

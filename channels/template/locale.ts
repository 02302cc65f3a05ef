/** In which language and time zone someone is told: the recipient's own, else the channel's, else English and UTC. */

import type { Notification } from '../../alert/notification.ts';
import { zoneOf } from '../../rules/zone.ts';
import { type Language, languageOf } from './languages.ts';

export interface LocaleChoice {
  readonly language?: string | undefined;
  readonly timeZone?: string | undefined;
}

export interface Locale {
  /** Of the built-in texts. */
  readonly language: Language;
  /** BCP 47, for numbers and times: `de-AT` where the language is `de`. */
  readonly tag: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** What is unknown counts as not said: nobody goes without an alert because of a misspelt zone. */
export function localeOf(notification: Notification, channel: LocaleChoice): Locale {
  const choices = [notification.recipient ?? {}, channel] as readonly LocaleChoice[];
  const spoken = choices.map(({ language }) => language).find((tag) => languageOf(tag) !== null);
  const zone = choices.map(({ timeZone }) => (timeZone === undefined ? null : zoneOf(timeZone))).find(Boolean);
  return { language: languageOf(spoken) ?? 'en', tag: tagOf(spoken), timeZone: zone?.name ?? 'UTC' };
}

/** English of no country is written as in Britain: 24 hours, the day before the month. */
function tagOf(tag: string | undefined): string {
  const usual = tag?.replaceAll('_', '-') ?? 'en';
  if (usual.toLowerCase() === 'en') return 'en-GB';
  try {
    return Intl.getCanonicalLocales(usual)[0] ?? 'en-GB';
  } catch {
    return languageOf(usual) ?? 'en-GB';
  }
}

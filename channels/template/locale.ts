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

/** What the reader would like best first; among them those that Herald has no texts in. */
export function wantedLanguages({ recipient }: Notification, channel: LocaleChoice): readonly string[] {
  const wanted = [recipient?.language, channel.language].filter((tag) => tag !== undefined && tag !== '');
  return wanted.length === 0 ? ['en'] : (wanted as string[]);
}

/** What is unknown counts as not said: nobody goes without an alert because of a misspelt zone. */
export function localeOf(notification: Notification, channel: LocaleChoice): Locale {
  const spoken = wantedLanguages(notification, channel).find((tag) => languageOf(tag) !== null);
  const zones = [notification.recipient?.timeZone, channel.timeZone].map((name) => zoneOf(name ?? ''));
  const timeZone = zones.find((zone) => zone !== null)?.name ?? 'UTC';
  return { language: languageOf(spoken) ?? 'en', tag: tagOf(spoken), timeZone };
}

/** For a text that an operator wrote in this language: its times and numbers are in it, too, however the built-in words are. */
export function localeFor(written: string | null, notification: Notification, channel: LocaleChoice): Locale {
  const usual = localeOf(notification, channel);
  if (written === null) return usual;
  const primary = written.toLowerCase().split('-')[0]!;
  // The reader's own country, where the text is in the reader's language.
  const own = wantedLanguages(notification, channel).find((tag) => tag.toLowerCase().split(/[-_]/)[0] === primary);
  return { ...usual, language: languageOf(written) ?? usual.language, tag: tagOf(own ?? written) };
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

/** Words, times and durations of a message's fixed parts, as one reader writes them. What operators word themselves comes from templates. */

import type { Priority } from '../alert/alert.ts';
import type { ReasonCode } from '../alert/reason.ts';
import { TEXTS, type TextKey } from './template/languages.ts';
import type { Locale } from './template/locale.ts';
import { meaningIn } from './template/meanings.ts';
import { formatDuration, formatTime } from './template/times.ts';

export interface Wording {
  /** BCP 47. */
  readonly language: string;
  readonly words: Readonly<Record<TextKey, string>>;
  /** Unix ms. With the seconds and the year. */
  time(time: number): string;
  duration(milliseconds: number): string;
  /** `P1 critical`. */
  priority(priority: Priority): string;
  /** What is unknown stays as it is. */
  environment(name: string): string;
  /** What a reason's code means. */
  because(code: ReasonCode): string;
}

export function wordingOf(locale: Locale): Wording {
  const words = TEXTS[locale.language];
  return {
    language: locale.tag,
    words,
    time: (time) => formatTime(time, 'full', locale),
    duration: (milliseconds) => formatDuration(milliseconds, locale),
    priority: (priority) => words[priority],
    environment: (name) => (Object.hasOwn(words, name) ? words[name as TextKey] : name),
    because: (code) => meaningIn(locale.language, code),
  };
}

/** `language`: BCP 47. */
export function capitalized(text: string, language: string): string {
  return `${text.charAt(0).toLocaleUpperCase(language)}${text.slice(1)}`;
}

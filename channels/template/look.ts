/** Emoji and colours of words: of priorities, statuses, and the usual values of a severity label. */

import { SHADES } from '../palette.ts';

type Look = Pick<(typeof SHADES)['info'], 'emoji' | 'colour'>;

const LOOKS: Readonly<Record<string, Look>> = {
  P1: SHADES.critical,
  P2: SHADES.high,
  P3: SHADES.medium,
  P4: SHADES.low,
  P5: SHADES.info,
  critical: SHADES.critical,
  error: SHADES.high,
  high: SHADES.high,
  warning: SHADES.medium,
  medium: SHADES.medium,
  info: SHADES.low,
  low: SHADES.low,
  none: SHADES.info,
  firing: { ...SHADES.critical, emoji: '🔥' },
  resolved: SHADES.resolved,
};

export function lookOf(word: string): Look {
  for (const key of [word, word.toLowerCase()]) if (Object.hasOwn(LOOKS, key)) return LOOKS[key]!;
  return SHADES.info;
}

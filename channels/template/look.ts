/** Emoji and colours. The colours have a contrast of 3 to 1 or more on white, as lines need (WCAG 2.1). */

/** By priority, by status, and by the usual values of a severity label. */
const LOOKS: Readonly<Record<string, { readonly emoji: string; readonly colour: string }>> = {
  P1: { emoji: '🔴', colour: '#c4211e' },
  P2: { emoji: '🟠', colour: '#d9730d' },
  P3: { emoji: '🟡', colour: '#b58900' },
  P4: { emoji: '🔵', colour: '#2463b8' },
  P5: { emoji: '⚪', colour: '#6b7280' },
  critical: { emoji: '🔴', colour: '#c4211e' },
  error: { emoji: '🟠', colour: '#d9730d' },
  high: { emoji: '🟠', colour: '#d9730d' },
  warning: { emoji: '🟡', colour: '#b58900' },
  medium: { emoji: '🟡', colour: '#b58900' },
  info: { emoji: '🔵', colour: '#2463b8' },
  low: { emoji: '🔵', colour: '#2463b8' },
  none: { emoji: '⚪', colour: '#6b7280' },
  firing: { emoji: '🔥', colour: '#c4211e' },
  resolved: { emoji: '✅', colour: '#1e7e45' },
};

const UNKNOWN_LOOK = { emoji: '⚪', colour: '#6b7280' };

export function lookOf(word: string): { readonly emoji: string; readonly colour: string } {
  for (const key of [word, word.toLowerCase()]) if (Object.hasOwn(LOOKS, key)) return LOOKS[key]!;
  return UNKNOWN_LOOK;
}

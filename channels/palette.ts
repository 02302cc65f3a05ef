/**
 * The colours of every message, by how bad it is. Each pair of text and ground has a contrast of 4.5 to 1 or more, and what is only a
 * line or a bar 3 to 1 on white (WCAG 2.1, AA).
 */

import type { AlertStatus, Priority } from '../alert/alert.ts';

export interface Shade {
  /** Name of the class by which a dark mail client finds it. */
  readonly name: string;
  readonly emoji: string;
  /** Of bars, lines and charts. `#rrggbb`. */
  readonly colour: string;
  /** Ground of what carries white text. */
  readonly solid: string;
  /** Ground of a tinted field, and the text on it. */
  readonly tint: string;
  readonly onTint: string;
  readonly darkTint: string;
  readonly onDarkTint: string;
}

/** The grounds of a mail and of its pictures. */
export const LIGHT = {
  page: '#f1f3f6',
  card: '#ffffff',
  inset: '#f7f8fa',
  line: '#dfe3e8',
  text: '#1c2430',
  quiet: '#566070',
  link: '#1a5fb4',
} as const;

export const DARK = {
  page: '#12151a',
  card: '#1c2128',
  inset: '#242a33',
  line: '#39414d',
  text: '#e7eaee',
  quiet: '#a7b0bd',
  link: '#86b7f5',
} as const;

export const SHADES = {
  critical: shade('critical', '🔴', '#c4211e', '#c4211e', '#fdecea', '#8f1d17', '#4a1d1b', '#ffb4ab'),
  high: shade('high', '🟠', '#d9730d', '#b04a00', '#fff0e3', '#8a3a00', '#47280f', '#ffb780'),
  medium: shade('medium', '🟡', '#b58900', '#8a6100', '#fdf3d8', '#6b4b00', '#40330f', '#f2cf6b'),
  low: shade('low', '🔵', '#2463b8', '#2463b8', '#e8f0fb', '#204879', '#1b2f4a', '#a9cbf7'),
  info: shade('info', '⚪', '#6b7280', '#566070', '#eceff3', '#3d4654', '#2b323c', '#c3cad5'),
  resolved: shade('resolved', '✅', '#1e7e45', '#1c7a43', '#e6f5ec', '#155c33', '#163a26', '#8fdcae'),
} as const;

const BY_PRIORITY: Readonly<Record<Priority, Shade>> = {
  P1: SHADES.critical,
  P2: SHADES.high,
  P3: SHADES.medium,
  P4: SHADES.low,
  P5: SHADES.info,
};

export function shadeOf({ status, priority }: { readonly status: AlertStatus; readonly priority: Priority }): Shade {
  return status === 'resolved' ? SHADES.resolved : BY_PRIORITY[priority];
}

function shade(
  name: string,
  emoji: string,
  colour: string,
  solid: string,
  tint: string,
  onTint: string,
  darkTint: string,
  onDarkTint: string,
): Shade {
  return { name, emoji, colour, solid, tint, onTint, darkTint, onDarkTint };
}

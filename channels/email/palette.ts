/** The colours of a mail, light and dark. Each pair of text and ground has a contrast of 4.5 to 1 or more (WCAG 2.1, AA). */

import type { Notification } from '../../alert/notification.ts';

export interface Accent {
  /** Name of the class by which a dark client finds it. */
  readonly name: string;
  /** Ground of the bar and of what carries white text. */
  readonly solid: string;
  /** Ground of a tinted field, and the text on it. */
  readonly tint: string;
  readonly onTint: string;
  readonly darkTint: string;
  readonly onDarkTint: string;
}

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

const CRITICAL = accent('critical', '#b3261e', '#fdecea', '#8f1d17', '#4a1d1b', '#ffb4ab');
const HIGH = accent('high', '#b04a00', '#fff0e3', '#8a3a00', '#47280f', '#ffb780');
const MEDIUM = accent('medium', '#8a6100', '#fdf3d8', '#6b4b00', '#40330f', '#f2cf6b');
const LOW = accent('low', '#2b5c9e', '#e8f0fb', '#204879', '#1b2f4a', '#a9cbf7');
const RESOLVED = accent('resolved', '#1c7a43', '#e6f5ec', '#155c33', '#163a26', '#8fdcae');

export const ACCENTS: readonly Accent[] = [CRITICAL, HIGH, MEDIUM, LOW, RESOLVED];

export function accentOf({ status, priority }: Pick<Notification, 'status' | 'priority'>): Accent {
  if (status === 'resolved') return RESOLVED;
  switch (priority) {
    case 'P1':
      return CRITICAL;
    case 'P2':
      return HIGH;
    case 'P3':
      return MEDIUM;
    case 'P4':
    case 'P5':
      return LOW;
    default:
      return priority satisfies never;
  }
}

function accent(
  name: string,
  solid: string,
  tint: string,
  onTint: string,
  darkTint: string,
  onDarkTint: string,
): Accent {
  return { name, solid, tint, onTint, darkTint, onDarkTint };
}

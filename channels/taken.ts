/** Who took on what fires, as messages show it. */

import type { Notification } from '../alert/notification.ts';
import type { Fact } from './message-facts.ts';
import { oneLine } from './template/printable.ts';
import { capitalized, type Wording } from './wording.ts';

const MOST_NAMED = 3;

/** `alice`, a line each. */
export function takersOf({ alerts }: Pick<Notification, 'alerts'>): string[] {
  const names = alerts.flatMap(({ status, acknowledgedBy = '' }) =>
    status === 'firing' && acknowledgedBy !== '' ? [oneLine(acknowledgedBy)] : [],
  );
  return [...new Set(names)].slice(0, MOST_NAMED);
}

/** Where all that fires is in somebody's hand. */
export function takenFact(notification: Pick<Notification, 'alerts'>, { words, language }: Wording): Fact[] {
  const firing = notification.alerts.filter(({ status }) => status === 'firing');
  if (firing.length === 0 || !firing.every(({ acknowledged }) => acknowledged === true)) return [];
  return [{ name: capitalized(words.acknowledged, language), value: takersOf(notification).join(', ') || '✓' }];
}

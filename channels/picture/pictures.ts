/** Pictures for messages. They are drawn in threads, since one takes some tens of milliseconds. */

import type { Notification } from '../../alert/notification.ts';
import { createTaskPool } from '../../rules/task-pool.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { Locale } from '../template/locale.ts';
import { lookOf } from '../template/look.ts';
import { chartSvg, HEIGHT, type Theme, WIDTH } from './chart.ts';
import { historyOf, peakAndLast } from './history.ts';
import { LANGUAGE_PICTURES } from './words.ts';
import type { DrawTask } from './worker.ts';

export interface Picture {
  readonly contentType: 'image/png';
  readonly content: Buffer;
  /** For who cannot see it. One line. */
  readonly alt: string;
  /** As it is to be shown; it has twice as many pixels. */
  readonly width: number;
  readonly height: number;
}

export type PictureResult =
  | { readonly kind: 'drawn'; readonly picture: Picture }
  /** There is nothing to see in it, such as the history of one alert. */
  | { readonly kind: 'none' }
  /** For the detail of an outcome: the message goes without it. */
  | { readonly kind: 'failed'; readonly detail: string };

export interface Pictures {
  /** How many alerts of the group fired over time. Never rejects. */
  history(notification: Notification, locale: Locale, theme?: Theme): Promise<PictureResult>;
  close(): Promise<void>;
}

/** Milliseconds, the wait for a thread included: a message does not wait longer for its picture. */
const LIMIT = 3000;
/** Pictures that wait for a thread: what comes beyond goes without. */
const MOST_WAITING = 100;
const SCALE = 2;

export function createPictures(clock: Clock): Pictures {
  const pool = createTaskPool<DrawTask, Uint8Array>(new URL('./worker.ts', import.meta.url), MOST_WAITING);
  return {
    async history(notification, locale, theme = 'light') {
      try {
        const series = historyOf(notification, clock.now());
        if (series === null) return { kind: 'none' };
        const { status, priority } = notification;
        const { colour } = lookOf(status === 'resolved' ? status : priority);
        const svg = chartSvg(series, locale, { theme, colour, shape: 'steps', whole: true });
        const content = await pool.run({ svg, width: WIDTH, height: HEIGHT, scale: SCALE }, LIMIT);
        const alt = LANGUAGE_PICTURES[locale.language](peakAndLast(series));
        const size = { width: WIDTH, height: HEIGHT };
        return { kind: 'drawn', picture: { contentType: 'image/png', content: Buffer.from(content), alt, ...size } };
      } catch (error) {
        const detail = `no picture of the history: ${error instanceof Error ? error.message : String(error)}`;
        return { kind: 'failed', detail };
      }
    },
    close: () => pool.close(),
  };
}

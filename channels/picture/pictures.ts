/** Pictures for messages. They are drawn in threads, since one takes some tens of milliseconds. */

import type { Notification } from '../../alert/notification.ts';
import { createTaskPool } from '../../rules/task-pool.ts';
import { shadeOf } from '../palette.ts';
import type { Locale } from '../template/locale.ts';
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
/** Pictures that wait for the thread. In a storm messages go without rather than at the speed of drawing. */
const MOST_WAITING = 8;
/** Those of the last groups: everybody who is told of a group in the same zone gets the same one. */
const MOST_KEPT = 50;
const SCALE = 2;

export function createPictures(): Pictures {
  const pool = createTaskPool<DrawTask, Uint8Array>(new URL('./worker.ts', import.meta.url), MOST_WAITING);
  const kept = new Map<string, Promise<Uint8Array>>();

  function drawn(svg: string): Promise<Uint8Array> {
    const known = kept.get(svg);
    if (known !== undefined) return known;
    const drawing = pool.run({ svg, width: WIDTH, height: HEIGHT, scale: SCALE }, LIMIT);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(svg, drawing);
    // The next one may find a free thread.
    drawing.catch(() => kept.delete(svg));
    return drawing;
  }

  return {
    async history(notification, locale, theme = 'light') {
      try {
        // Not the present time: a retry, and the next recipient, get the same picture.
        const series = historyOf(notification, notification.createdAt);
        if (series === null) return { kind: 'none' };
        const { colour } = shadeOf(notification);
        const svg = chartSvg(series, locale, { theme, colour, shape: 'steps', whole: true });
        const content = Buffer.from(await drawn(svg));
        const alt = LANGUAGE_PICTURES[locale.language](peakAndLast(series));
        return {
          kind: 'drawn',
          picture: { contentType: 'image/png', content, alt, width: WIDTH, height: HEIGHT },
        };
      } catch (error) {
        const detail = `no picture of the history: ${error instanceof Error ? error.message : String(error)}`;
        return { kind: 'failed', detail };
      }
    },
    close: () => pool.close(),
  };
}

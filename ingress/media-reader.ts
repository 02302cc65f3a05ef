/**
 * Reads bodies that are not JSON: small ones at once, larger ones in a thread, within a limit of time. Their parsers take microseconds
 * for a byte, and there are shapes for which one of them takes the square of that: whoever sends those waits alone.
 */

import { createTaskPool, type TaskPool } from '../rules/task-pool.ts';
import type { Log } from '../telemetry/log.ts';
import { type Media, type MediaReading, readMedia } from './media.ts';
import type { MediaResult, MediaTask } from './media-worker.ts';

export type MediaAnswer =
  | MediaReading
  /** `json`: the same value as JSON. */
  | { readonly json: Buffer }
  | { readonly tooLarge: true }
  /** It took too long, or others came before it. */
  | { readonly busy: true };

export interface MediaReader {
  /** `most`: bytes of what it stands for. Never rejects. */
  read(media: Exclude<Media, 'json'>, content: Buffer, most: number): MediaAnswer | Promise<MediaAnswer>;
}

/** Bytes: up to there some 20 ms of work, of the worst shapes. */
const SMALL = 8 * 1024;
/** Milliseconds, the wait for the thread included. */
const LIMIT = 5000;
const MOST_WAITING = 20;

/** For where nobody else waits, such as a command. */
export const readAtOnce: MediaReader = { read: (media, content) => readMedia(media, content.toString('utf8')) };

export interface KeptMediaReader extends MediaReader {
  close(): Promise<void>;
}

/** The thread comes when there is work, and goes when there was none for a while. `limit`: in milliseconds. */
export function createMediaReader(log: Log, limit = LIMIT): KeptMediaReader {
  const pool = createTaskPool<MediaTask, MediaResult>(new URL('./media-worker.ts', import.meta.url), MOST_WAITING);
  return {
    read(media, content, most) {
      if (content.length <= SMALL) return readAtOnce.read(media, content, most);
      return inThread(pool, { media, text: content.toString('utf8'), most }, limit).catch((error: unknown) => {
        log.warn(
          { event: 'ingress.media-unread', media, bytes: content.length, err: error },
          'a body could not be read',
        );
        return { busy: true as const };
      });
    },
    close: () => pool.close(),
  };
}

async function inThread(pool: TaskPool<MediaTask, MediaResult>, task: MediaTask, limit: number): Promise<MediaAnswer> {
  const result = await pool.run(task, limit);
  return 'json' in result ? { json: Buffer.from(result.json) } : result;
}

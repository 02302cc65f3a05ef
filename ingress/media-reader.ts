/**
 * Reads bodies that are not JSON: small ones at once, larger ones in threads, within a limit of time. Their parsers take microseconds
 * for a byte, and there are shapes for which one of them takes the square of that: whoever sends those waits alone (fair-queue.ts).
 */

import { createTaskPool } from '../rules/task-pool.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { FairQueue } from './fair-queue.ts';
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
  /** `most`: bytes of what it stands for. `source`: its name. Never rejects. */
  read(
    media: Exclude<Media, 'json'>,
    content: Buffer,
    most: number,
    source: string,
  ): MediaAnswer | Promise<MediaAnswer>;
}

/** Bytes: up to there some 15 ms of work, of the worst shapes. */
const SMALL = 4 * 1024;
/** Milliseconds. */
const LIMIT = 5000;
/** A source takes one of them. */
const THREADS = 2;
const WAITING = { most: { all: 20, ofOne: 5 }, patience: 8000, rest: 10_000 };

/** For where nobody else waits, such as a command. */
export const readAtOnce: MediaReader = { read: (media, content) => readMedia(media, content.toString('utf8')) };

export interface KeptMediaReader extends MediaReader {
  close(): Promise<void>;
}

/** The threads come when there is work, and go when there was none for a while. `limit`: in milliseconds. */
export function createMediaReader(clock: Clock, log: Log, limit = LIMIT): KeptMediaReader {
  const file = new URL('./media-worker.ts', import.meta.url);
  const pool = createTaskPool<MediaTask, MediaResult>(file, { threads: THREADS, waiting: WAITING.most.all });
  const queue = new FairQueue(clock, { atOnce: THREADS, ...WAITING });
  return {
    read(media, content, most, source) {
      if (content.length <= SMALL) return readAtOnce.read(media, content, most, source);
      const task = { media, text: content.toString('utf8'), most };
      return queue
        .run(source, () => pool.run(task, limit))
        .then(answerOf, (error: unknown) => {
          const fields = { event: 'ingress.media-unread', source, media, bytes: content.length, err: error };
          log.warn(fields, 'a body could not be read');
          return { busy: true };
        });
    },
    close: () => pool.close(),
  };
}

function answerOf(result: MediaResult): MediaAnswer {
  return 'json' in result ? { json: Buffer.from(result.json) } : result;
}

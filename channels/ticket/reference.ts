/** The ticket of a group, as its channel remembers it from one delivery to the next. */

import { jsonObject } from '../json-object.ts';

export interface Ticket {
  /** What the system calls it by, and what people do. */
  readonly id: string;
  readonly key: string;
  /** For people; empty where it is not known. */
  readonly url: string;
}

export interface Reference extends Ticket {
  readonly finished: boolean;
  /** There may be a second one. */
  readonly doubtful: boolean;
}

export function writeReference({ id, key, url, finished, doubtful }: Reference): string {
  return JSON.stringify({ id, key, url, finished, ...(doubtful ? { doubtful } : {}) });
}

export const SAMPLE_REFERENCE = writeReference({
  ...{ id: '1', key: 'PREVIEW-1', url: '' },
  ...{ finished: false, doubtful: false },
});

/** null: there is none, or it is of another kind of channel, which this one was before. */
export function readReference(text: string | null): Reference | null {
  const { id, key, url, finished, doubtful } = jsonObject(text) ?? {};
  if (typeof id !== 'string' || typeof key !== 'string' || !/^[\w-]{1,64}$/.test(id)) return null;
  return { id, key, url: typeof url === 'string' ? url : '', finished: finished === true, doubtful: doubtful === true };
}

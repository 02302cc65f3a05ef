/** Runs in a thread of the pool (media-reader.ts): a body that is not JSON becomes JSON, which the other side reads in slices. */

import { type Media, readMedia } from './media.ts';

export interface MediaTask {
  readonly media: Exclude<Media, 'json'>;
  readonly text: string;
  /** Of the JSON, in characters: a few aliases can stand for many times the body. */
  readonly most: number;
}

export type MediaResult = { readonly json: string } | { readonly problem: string } | { readonly tooLarge: true };

export default function readTask({ media, text, most }: MediaTask): MediaResult {
  const read = readMedia(media, text);
  if ('problem' in read) return read;
  const json = written(read.value);
  if (json === null) return { problem: 'it is nested too deep, or too long' };
  return json.length > most ? { tooLarge: true } : { json };
}

/** null: it recurses deeper than the stack, or is longer than any text. What a form holds as JSON is not looked at before. */
function written(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * How an answer travels over the bus: JSON, `{"result":...}` or `{"error":{"code","message"}}`, gzip'd when it would be too
 * large for one message. gzip's own first two bytes tell which it is.
 */

import { gunzipSync, gzipSync } from 'node:zlib';

/** Below the server's default bound of 1 MiB for a message, headers included. */
export const MOST_REPLY_BYTES = 900_000;
const MOST_PLAIN_BYTES = 256_000;
/** An answer is no larger than this after it is unpacked. */
const MOST_UNPACKED_BYTES = 64 * 1024 * 1024;

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: string; readonly message: string } };

export function encodeAnswer(answer: Answer): Uint8Array {
  const plain = Buffer.from(JSON.stringify(answer));
  if (plain.length <= MOST_PLAIN_BYTES) return plain;
  const packed = gzipSync(plain, { level: 1 });
  if (packed.length <= MOST_REPLY_BYTES) return packed;
  return Buffer.from(
    JSON.stringify({
      error: {
        code: 'reply.too-large',
        message: `the answer has ${plain.length} bytes, more than one message of the bus takes`,
      },
    }),
  );
}

/** Throws a SyntaxError or a zlib error for what encodeAnswer has not made. */
export function decodeAnswer(data: Uint8Array): Answer {
  const isPacked = data[0] === 0x1f && data[1] === 0x8b;
  const plain = isPacked ? gunzipSync(data, { maxOutputLength: MOST_UNPACKED_BYTES }) : Buffer.from(data);
  return JSON.parse(plain.toString()) as Answer;
}

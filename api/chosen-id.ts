/** An id out of what the caller chose (an Idempotency-Key), so that what is asked twice is one thing. It has a UUID's form. */

import { createHash } from 'node:crypto';

export function chosenId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

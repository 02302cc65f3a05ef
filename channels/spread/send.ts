/** A spread hands on before anything is queued (channels/divert.ts), so nothing comes here; if it does, nobody is told. */

import type { Sender } from '../sender.ts';

export function createSpreadSender(): Sender {
  return {
    send: async () => ({ kind: 'rejected', detail: 'a spread sends nothing itself; its members do' }),
    async close() {},
  };
}

/** What only a channel itself can say of its options: it is made, and closed before it was used. */

import { CHANNEL_TYPES } from './registry.ts';
import { InvalidChannelOptions, type SenderContext } from './sender.ts';

/** Where in the spec a fault is; null: it can be made. */
type Judge = (
  type: string,
  options: Readonly<Record<string, unknown>>,
) => { readonly path: string; readonly message: string } | null;

/** For types that there are. */
export function judgeChannel(context: SenderContext): Judge {
  return (type, options) => {
    try {
      void CHANNEL_TYPES[type]!.create(options, context).close();
      return null;
    } catch (error) {
      if (error instanceof InvalidChannelOptions) return { path: error.path, message: error.fault };
      throw error;
    }
  };
}

/**
 * Who has a mail already, where a server took it for some of its recipients and put the others off: the next attempt goes to those
 * alone. It stands in the journal with the outcome of the attempt (outcome.ts), so that it outlives the process.
 */

import { jsonObject } from '../json-object.ts';
import { MAX_PROGRESS } from '../outcome.ts';
import type { SmtpResult } from './smtp.ts';
import { mayPass } from './verdict.ts';

/** `progress`: what the attempts before it left; null: nothing. Who is not among the recipients any more is not written to. */
export function remainingOf(progress: string | null, recipients: readonly string[]): readonly string[] {
  const { open } = jsonObject(progress) ?? {};
  if (!Array.isArray(open)) return recipients;
  return recipients.filter((address) => open.includes(address));
}

/** null: nobody of them has it, or nobody is left. */
export function progressOf(sentTo: readonly string[], { refused }: SmtpResult): string | null {
  const deferred = new Set(refused.filter(mayPass).map(({ address }) => address));
  const open = sentTo.filter((address) => deferred.has(address));
  if (open.length === 0 || open.length === sentTo.length) return null;
  const progress = JSON.stringify({ open });
  // Cut, it would leave somebody out: then all of them get it again, under the same Message-ID.
  return Buffer.byteLength(progress) > MAX_PROGRESS ? null : progress;
}

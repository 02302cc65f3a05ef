/** One exchange with the mail server, within one deadline and with a login that is good. */

import type { Clock } from '../../telemetry/clock.ts';
import { DeadlinePassed } from '../http-attempt.ts';
import type { TokenSource } from '../oauth.ts';
import type { Outcome } from '../outcome.ts';
import type { SmtpResult } from './smtp.ts';

interface Line {
  readonly context: { readonly clock: Clock };
  /** Milliseconds. */
  readonly settings: { readonly timeout: number };
  /** Where the login is by OAuth. */
  readonly tokens: TokenSource | null;
}

/** `aborted`: why the exchange was broken off, or null. */
interface Exchanged {
  readonly result: SmtpResult;
  readonly aborted: unknown;
}

type Exchange = (ending: AbortSignal) => Promise<SmtpResult>;

/** A token that the server refuses is renewed once, and the exchange begun anew: before the login nothing has left. */
export async function loggedIn(
  mailer: Line,
  signal: AbortSignal,
  exchange: Exchange,
): Promise<Exchanged | { readonly outcome: Outcome }> {
  const { tokens } = mailer;
  if (tokens === null) return within(mailer, signal, exchange);
  const token = await tokens.get(signal);
  if (!token.ok) return token;
  const first = await within(mailer, signal, exchange);
  if (first.result.kind !== 'failed' || first.result.error.code !== 'EAUTH') return first;
  tokens.refused(token.token);
  const next = await tokens.get(signal);
  return next.ok ? within(mailer, signal, exchange) : next;
}

async function within({ settings, context }: Line, signal: AbortSignal, exchange: Exchange): Promise<Exchanged> {
  const ending = new AbortController();
  const passOn = () => ending.abort(signal.reason);
  if (signal.aborted) passOn();
  signal.addEventListener('abort', passOn, { once: true });
  const cancel = context.clock.after(settings.timeout, () => ending.abort(new DeadlinePassed(settings.timeout)));
  try {
    const result = await exchange(ending.signal);
    return { result, aborted: ending.signal.aborted ? ending.signal.reason : null };
  } finally {
    cancel();
    signal.removeEventListener('abort', passOn);
  }
}

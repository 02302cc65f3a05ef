/** One webhook notification: body, headers, one POST within one deadline, and what came of it. */

import { sign } from '../../access/signature.ts';
import type { Notification } from '../../alert/notification.ts';
import { createOutbound, type Outbound } from '../outbound.ts';
import type { Outcome } from '../outcome.ts';
import type { Sender, SenderContext } from '../sender.ts';
import { webhookBody } from './body.ts';
import { type WebhookOptions, type WebhookSettings, webhookSettings } from './options.ts';
import { DeadlinePassed, verdict } from './verdict.ts';

/** `outbound` is for tests that need a DNS of their own. */
export function createWebhookSender(options: WebhookOptions, context: SenderContext, outbound?: Outbound): Sender {
  const settings = webhookSettings(options);
  const http =
    outbound ??
    createOutbound({
      allowPrivateAddresses: settings.allowPrivateAddresses,
      ca: settings.ca,
      connectTimeout: settings.timeout,
    });
  return {
    send: (notification, attempt, signal) => post(http, settings, context, notification, attempt, signal),
    close: () => http.close(),
  };
}

async function post(
  http: Outbound,
  settings: WebhookSettings,
  { clock, externalURL }: SenderContext,
  notification: Notification,
  attempt: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const body = JSON.stringify(webhookBody(notification, attempt, externalURL));
  const ending = new AbortController();
  const passOn = () => ending.abort(signal.reason);
  if (signal.aborted) passOn();
  signal.addEventListener('abort', passOn, { once: true });
  const cancelDeadline = clock.after(settings.timeout, () => ending.abort(new DeadlinePassed(settings.timeout)));
  try {
    const headers = headersOf(settings, notification.id, body, clock.now());
    const result = await http.request({ method: 'POST', url: settings.url, headers, body, signal: ending.signal });
    return verdict(result, clock.now());
  } finally {
    cancelDeadline();
    signal.removeEventListener('abort', passOn);
  }
}

/** Names are lower case here and in the settings, so the settings cannot set one of ours a second time. */
function headersOf(settings: WebhookSettings, id: string, body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  return {
    'user-agent': 'Herald',
    ...settings.headers,
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(settings.secret === null ? {} : { 'webhook-signature': sign({ id, timestamp, body }, settings.secret) }),
  };
}

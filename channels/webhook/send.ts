/** One webhook notification: body, headers, one POST within one deadline, and what came of it. */

import { sign } from '../../access/signature.ts';
import type { Notification } from '../../alert/notification.ts';
import { requestWithin, verdict } from '../http-attempt.ts';
import { outboundFor } from '../http-options.ts';
import type { Outbound } from '../outbound.ts';
import type { Outcome } from '../outcome.ts';
import type { Sender, SenderContext } from '../sender.ts';
import { webhookBody } from './body.ts';
import { type WebhookOptions, type WebhookSettings, webhookSettings } from './options.ts';

/** `outbound` is for tests that need a DNS of their own. */
export function createWebhookSender(options: WebhookOptions, context: SenderContext, outbound?: Outbound): Sender {
  const settings = webhookSettings(options);
  const http = outbound ?? outboundFor(settings, context);
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
  const headers = headersOf(settings, notification.id, body, clock.now());
  const request = { method: 'POST', url: settings.url, headers, body } as const;
  const result = await requestWithin(http, request, { clock, timeout: settings.timeout, signal });
  // The receiver knows it again by its webhook-id.
  return verdict(result, clock.now(), 'retry');
}

/** Names are lower case here and in the settings, so the settings cannot set one of ours a second time. */
function headersOf(settings: WebhookSettings, id: string, body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = settings.secrets.map((secret) => sign({ id, timestamp, body }, secret));
  return {
    'user-agent': 'Herald',
    ...settings.headers,
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signatures.length === 0 ? {} : { 'webhook-signature': signatures.join(' ') }),
  };
}

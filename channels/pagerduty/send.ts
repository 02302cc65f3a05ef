/**
 * PagerDuty by the Events API v2: trigger, acknowledge, resolve. A dedup_key that follows from the group makes every event
 * repeatable: what PagerDuty knows already it folds into the incident that is open, so a lost answer is simply sent again.
 */

import type { Notification } from '../../alert/notification.ts';
import { hiddenIn, withoutSecrets } from '../hidden.ts';
import { type HttpAnswer, oneLine, requestWithin, verdict } from '../http-attempt.ts';
import { outboundFor } from '../http-options.ts';
import { jsonObject } from '../json-object.ts';
import type { Outbound } from '../outbound.ts';
import type { Outcome } from '../outcome.ts';
import type { Probe, Sender, SenderContext } from '../sender.ts';
import { eventsOf, type PagerdutyEvent } from './event.ts';
import { type PagerdutyOptions, type PagerdutySettings, pagerdutySettings } from './options.ts';
import { PAGERDUTY_PARTS } from './template.ts';

interface Ports {
  readonly http: Outbound;
  readonly settings: PagerdutySettings;
  readonly context: SenderContext;
}

export function createPagerdutySender(options: PagerdutyOptions, context: SenderContext): Sender {
  const settings = pagerdutySettings(options);
  const ports = { http: outboundFor(settings, context), settings, context };
  return {
    send: (notification, _attempt, signal) => send(ports, notification, signal),
    probe: (signal) => probe(ports, signal),
    close: () => ports.http.close(),
  };
}

/** One after the other: the first that is not taken decides, and the next attempt sends all of them again. */
async function send(ports: Ports, notification: Notification, signal: AbortSignal): Promise<Outcome> {
  const { settings, context } = ports;
  const { parts, failures } = await context.templates.render({
    type: 'pagerduty',
    channel: notification.channel,
    defaults: PAGERDUTY_PARTS,
    notification,
    escape: 'none',
  });
  const events = eventsOf(notification, settings, context.externalURL, parts.summary!);
  if (events.length === 0) return { kind: 'delivered', detail: 'nothing to tell: nobody has all of it in hand' };
  for (const [i, event] of events.entries()) {
    const outcome = await enqueue(ports, event, signal);
    if (outcome.kind === 'delivered') continue;
    const which = events.length === 1 ? '' : `event ${i + 1} of ${events.length}: `;
    return { ...outcome, detail: `${which}${outcome.detail}` };
  }
  const [first] = events;
  const taken = events.length === 1 ? `${first!.event_action} taken` : `${events.length} events taken`;
  const detail = [taken, ...failures].join('; ');
  return settings.dedup === 'group'
    ? { kind: 'delivered', detail, reference: first!.dedup_key }
    : { kind: 'delivered', detail };
}

async function enqueue(
  { http, settings, context }: Ports,
  event: PagerdutyEvent,
  signal: AbortSignal,
): Promise<Outcome> {
  const { clock } = context;
  const headers = { 'user-agent': 'Herald', accept: 'application/json', 'content-type': 'application/json' };
  const request = { method: 'POST', url: settings.url, headers, body: JSON.stringify(event) } as const;
  const result = await requestWithin(http, request, { clock, timeout: settings.timeout, signal });
  const answer = hiddenIn(result, withoutSecrets([settings.routingKey]));
  const outcome = verdict(answer, clock.now(), 'retry');
  const said = answer.kind === 'answer' ? explain(answer) : null;
  return said === null || outcome.kind === 'delivered' ? outcome : { ...outcome, detail: said };
}

/** `{"status":"invalid event","message":"Event object is invalid","errors":["'payload.summary' is missing or blank"]}` */
function explain({ status, text }: HttpAnswer): string | null {
  const { message, errors } = jsonObject(text) ?? {};
  const parts = [message, ...(Array.isArray(errors) ? errors : [])];
  const said = parts.filter((part) => typeof part === 'string' && part !== '').join('; ');
  return said === '' ? null : oneLine(`HTTP ${status}: ${said}`);
}

/** There is no request that judges a routing key without making an event, so this asks only whether the API answers. */
async function probe({ http, settings, context }: Ports, signal: AbortSignal): Promise<Probe> {
  const request = { method: 'GET', url: settings.url, headers: { 'user-agent': 'Herald' }, body: null } as const;
  const result = await requestWithin(http, request, { clock: context.clock, timeout: settings.timeout, signal });
  if (result.kind !== 'answer') return { kind: 'failed', detail: verdict(result, context.clock.now()).detail };
  const { host } = settings.url;
  if (result.status === 429) return { kind: 'degraded', detail: `${host} answers 429: too many events` };
  if (result.status >= 500) return { kind: 'failed', detail: `${host} answers HTTP ${result.status}` };
  return { kind: 'healthy', detail: `${host} answers; whether it takes the routing key shows with an event` };
}

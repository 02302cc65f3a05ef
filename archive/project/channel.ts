/** What a channel's events about itself, and the ends of its attempts, do to its row. Pure. */

import type { ChannelStandingEvent, DeliveryEvent } from '../../channels/delivery-event.ts';
import type { ChannelStandingRow } from '../schema.ts';

export function foldChannel(before: ChannelStandingRow | null, event: ChannelStandingEvent): ChannelStandingRow {
  const row = before ?? unheardOf(event.key);
  switch (event.type) {
    case 'channel.breaker-opened':
      return {
        ...row,
        breaker: 'open',
        // A pause that follows a pause goes on with it.
        breaker_since: row.breaker === 'open' ? row.breaker_since : event.at,
        breaker_until: event.until,
        breaker_reasons: JSON.stringify(event.reasons),
      };
    case 'channel.breaker-closed':
      return {
        ...row,
        breaker: 'closed',
        breaker_since: event.at,
        breaker_until: null,
        breaker_reasons: JSON.stringify(event.reasons),
      };
    case 'channel.probed':
      return { ...row, probe: event.health, probe_detail: event.reasons[0]?.detail ?? '', probed_at: event.at };
    default:
      return event satisfies never;
  }
}

/** Whether its channel's row may be needed. */
export function tellsOfFailing(event: DeliveryEvent): boolean {
  return event.failure !== undefined || event.type === 'delivery.delivered';
}

/** null: it changes nothing. A channel fails until something is delivered by it. */
export function foldFailing(before: ChannelStandingRow | null, event: DeliveryEvent): ChannelStandingRow | null {
  const { failure } = event;
  if (failure === undefined) {
    if (event.type !== 'delivery.delivered' || before === null || before.failure === null) return null;
    return { ...before, failure: null, failing_since: null };
  }
  const met = { type: failure.type, host: failure.host ?? null, detail: event.reasons[0]?.detail ?? '' };
  const row = before ?? unheardOf(event.key);
  return { ...row, failure: JSON.stringify(met), failing_since: row.failing_since ?? event.at };
}

function unheardOf(key: string): ChannelStandingRow {
  const slash = key.indexOf('/');
  return {
    key,
    tenant: key.slice(0, slash),
    channel: key.slice(slash + 1),
    breaker: 'closed',
    breaker_since: null,
    breaker_until: null,
    breaker_reasons: '[]',
    probe: null,
    probe_detail: null,
    probed_at: null,
    failure: null,
    failing_since: null,
  };
}

/**
 * OPTIONS /v1/webhooks/:source: a sender of CloudEvents asks before it sends (HTTP 1.1 Web Hooks for Event Delivery, 4). Every origin is
 * allowed that can authenticate; the rate is that of the source, in requests a minute.
 */

import { unknownSource } from './not-accepted.ts';
import type { HttpRequest, Reply, Route } from './route.ts';
import type { IngressSource } from './source.ts';

export function handshakeRoute(findSource: (name: string) => IngressSource | null): Route {
  return {
    method: 'OPTIONS',
    path: '/v1/webhooks/:source',
    access: 'source',
    headers: ['webhook-request-origin'],
    handle({ params: { source: name = '' }, headers, url }) {
      const source = findSource(name);
      return source === null ? unknownSource(url) : handshake(source, headers);
    },
  };
}

export function handshake(source: IngressSource, headers: HttpRequest['headers']): Reply {
  const origin = headers['webhook-request-origin'];
  const allow = { allow: 'POST, PUT, OPTIONS' };
  if (origin === undefined || source.format !== 'cloudevents') return { status: 204, headers: allow };
  const rate = source.access?.source;
  const perMinute = rate === null || rate === undefined ? '*' : String(Math.max(1, Math.floor(rate.perSecond * 60)));
  const allowed = { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': perMinute };
  return { status: 200, headers: { ...allow, ...allowed } };
}

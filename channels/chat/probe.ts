/**
 * How a chat is, asked without posting. Discord tells of a webhook to who knows its address. Mattermost and Rocket.Chat have an address that
 * answers everybody: that the server is there, not that it takes the webhook. Google Chat offers nothing but to post.
 * Sources: discord.com/developers "Get Webhook with Token"; api.mattermost.com "Check system health" (no permissions);
 * developer.rocket.chat "Get server info" (no authentication).
 */

import { requestWithin, verdictWithoutAnswer } from '../http-attempt.ts';
import type { Outbound } from '../outbound.ts';
import type { Probe, SenderContext } from '../sender.ts';
import { chatVerdict } from './answer.ts';
import type { ChatSettings, Preset } from './options.ts';

type Ask = (signal: AbortSignal) => Promise<Probe>;

/** null: there is nothing to ask. */
export function probeOf(http: Outbound, settings: ChatSettings, { clock }: SenderContext): Ask | null {
  const get = (url: URL, signal: AbortSignal) => {
    const headers = { 'user-agent': 'Herald', ...settings.headers };
    const request = { method: 'GET', url, headers, body: null } as const;
    return requestWithin(http, request, { clock, timeout: settings.timeout, signal });
  };
  const { preset, url } = settings;
  if (preset === 'discord') {
    return async (signal) => {
      const result = await get(url, signal);
      const outcome =
        result.kind === 'answer' ? chatVerdict(preset, result, clock.now()) : verdictWithoutAnswer(result, 'retry');
      if (outcome.kind === 'delivered') return { kind: 'healthy', detail: 'Discord knows the webhook' };
      return { kind: outcome.kind === 'retry' ? 'degraded' : 'failed', detail: outcome.detail };
    };
  }
  const health = HEALTH[preset];
  if (health === undefined) return null;
  const at = besideHooks(url, health);
  return async (signal) => {
    const result = await get(at, signal);
    if (result.kind !== 'answer') return { kind: 'failed', detail: verdictWithoutAnswer(result, 'retry').detail };
    const { status } = result;
    if (status === 429) return { kind: 'degraded', detail: `${at.host} answers 429: too many requests` };
    if (status >= 500) return { kind: 'failed', detail: `${at.host} answers HTTP ${status}` };
    return { kind: 'healthy', detail: `${at.host} answers; whether it takes the webhook shows with a message` };
  };
}

const HEALTH: Partial<Record<Preset, string>> = { mattermost: 'api/v4/system/ping', rocketchat: 'api/info' };

/** The server may live below a path. The secret of the webhook is no part of it. */
function besideHooks(webhook: URL, path: string): URL {
  const hooks = webhook.pathname.indexOf('/hooks/');
  return new URL(`${hooks < 0 ? '' : webhook.pathname.slice(0, hooks)}/${path}`, webhook.origin);
}

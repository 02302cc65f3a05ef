/** How a ticket system is reached: its JSON API, by what the channel's options say of who asks and of the way there. */

import { type Api, type ApiPorts, createApi } from '../api-call.ts';
import { outboundFor } from '../http-options.ts';
import type { Outbound } from '../outbound.ts';
import type { SenderContext } from '../sender.ts';
import { type AuthOptions, authorizationOf } from './authorization.ts';

type Settings = Parameters<typeof outboundFor>[0] & { readonly auth: AuthOptions; readonly timeout: number };

/** `http` is to be closed by the sender. */
export function ticketApi(
  settings: Settings,
  context: SenderContext,
  explain: ApiPorts['explain'],
): { readonly api: Api; readonly http: Outbound } {
  const { clock, log, memory } = context;
  const { timeout } = settings;
  const http = outboundFor(settings, context);
  const ports = { http, clock, timeout, log, ...(memory === undefined ? {} : { memory }) };
  return {
    http,
    api: createApi({ http, clock, timeout, authorization: authorizationOf(settings.auth, ports), explain }),
  };
}

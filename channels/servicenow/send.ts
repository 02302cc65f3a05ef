/** ServiceNow: an incident for a group, work notes for what follows, resolved at the end. */

import { createApi, probeOfFailure } from '../api-call.ts';
import { outboundFor } from '../http-options.ts';
import type { Sender, SenderContext } from '../sender.ts';
import { authorizationOf } from '../ticket/authorization.ts';
import { tell } from '../ticket/tell.ts';
import { explainServicenow, probeUrl, servicenowSystem } from './incidents.ts';
import { type ServicenowOptions, servicenowSettings } from './options.ts';

export function createServicenowSender(options: ServicenowOptions, context: SenderContext): Sender {
  const { clock, log, memory, templates } = context;
  const settings = servicenowSettings(options);
  const http = outboundFor(settings, context);
  const { timeout } = settings;
  const authorization = authorizationOf(settings.auth, {
    http,
    clock,
    timeout,
    log,
    ...(memory === undefined ? {} : { memory }),
  });
  const api = createApi({ http, clock, timeout, authorization, explain: explainServicenow });
  const ports = { type: 'servicenow', system: servicenowSystem(api, settings), templates };
  return {
    send: (notification, attempt, signal, earlier) => tell(ports, notification, attempt, signal, earlier),
    async probe(signal) {
      const answer = await api.call({ method: 'GET', url: probeUrl(settings) }, signal);
      if (!answer.ok) return probeOfFailure(answer);
      return { kind: 'healthy', detail: `${settings.instance.host} lets us read ${settings.table}` };
    },
    close: () => http.close(),
  };
}

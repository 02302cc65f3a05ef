/** ServiceNow: an incident for a group, work notes for what follows, resolved at the end. */

import { probeOfFailure } from '../api-call.ts';
import type { Sender, SenderContext } from '../sender.ts';
import { ticketApi } from '../ticket/api.ts';
import { tell } from '../ticket/tell.ts';
import { explainServicenow, probeUrl, servicenowSystem } from './incidents.ts';
import { type ServicenowOptions, servicenowSettings } from './options.ts';

export function createServicenowSender(options: ServicenowOptions, context: SenderContext): Sender {
  const settings = servicenowSettings(options);
  const { api, http } = ticketApi(settings, context, explainServicenow);
  const ports = { type: 'servicenow', system: servicenowSystem(api, settings), templates: context.templates };
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

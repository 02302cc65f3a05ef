/** GET /v1/incidents and GET /v1/incidents/{id}. */

import { scoped } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { oneOf, PAGING, words } from './parameters.ts';

export const INCIDENT_KINDS = ['incident', 'storm'] as const;
export const INCIDENT_STATES = ['open', 'closed'] as const;

export function incidentOperations({ query }: Pick<OperatorPorts, 'query'>): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/incidents',
      id: 'listIncidents',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'Alerts that belong together, and storms, the last opened first, with the evidence or the breakdown.',
      parameters: [
        oneOf('kind', 'Alerts that belong together, or too many of them.', INCIDENT_KINDS),
        oneOf('state', 'Open until it is over.', INCIDENT_STATES),
        words('rule', 'Name of the CorrelationRule, or limit/NAME/PRIORITY of a NamespaceLimit.'),
        words('tenant', 'Name of the tenant.'),
        ...PAGING,
      ],
      body: null,
      answer: 'IncidentList',
      problems: {},
      handle: async (_, values, caller) => json(200, await query('incidents', scoped(values, caller))),
    },
    {
      method: 'GET',
      path: '/v1/incidents/{id}',
      id: 'getIncident',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'One incident with its alerts, and why each is part of it.',
      parameters: [],
      body: null,
      answer: 'IncidentDetail',
      problems: { 404: 'No such incident is known.' },
      handle: async ({ params: { id = '' } }, _, caller) => json(200, await query('incident', scoped({ id }, caller))),
    },
  ];
}

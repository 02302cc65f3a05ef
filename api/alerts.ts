/** GET /v1/alerts and GET /v1/alerts/{tenant}/{fingerprint}. */

import { ENVIRONMENTS, PRIORITIES } from '../alert/alert.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { oneOf, PAGING, words } from './parameters.ts';

export const ALERT_STATUSES = ['firing', 'acknowledged', 'resolved', 'closed', 'aged', 'suppressed'] as const;

export function alertOperations({ query }: Pick<OperatorPorts, 'query'>): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/alerts',
      id: 'listAlerts',
      summary: 'Alerts, the last opened first.',
      parameters: [
        oneOf('status', 'Where it stands in its life.', ALERT_STATUSES),
        oneOf('environment', 'As it was classified.', ENVIRONMENTS),
        oneOf('priority', 'As it was classified.', PRIORITIES),
        words('tenant', 'Name of the tenant.'),
        words('namespace', 'The Kubernetes namespace.'),
        words('q', 'Text that its labels or annotations contain, in upper or lower case.'),
        ...PAGING,
      ],
      body: null,
      answer: 'AlertList',
      problems: {},
      handle: async (_, values) => json(200, await query('alerts', values)),
    },
    {
      method: 'GET',
      path: '/v1/alerts/{tenant}/{fingerprint}',
      id: 'getAlert',
      summary: 'One alert with its history, and for each channel why somebody was, or was not, notified.',
      parameters: [],
      body: null,
      answer: 'AlertDetail',
      problems: { 404: 'No such alert is known.' },
      handle: async ({ params: { tenant = '', fingerprint = '' } }) =>
        json(200, await query('alert', { tenant, fingerprint })),
    },
  ];
}

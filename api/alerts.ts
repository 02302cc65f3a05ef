/** GET /v1/alerts and GET /v1/alerts/{tenant}/{fingerprint}. */

import { ENVIRONMENTS, PRIORITIES } from '../alert/alert.ts';
import { scoped } from './caller.ts';
import { type AlertAnswer, explained } from './explanation.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { oneOf, PAGING, words } from './parameters.ts';

export const ALERT_STATUSES = ['firing', 'acknowledged', 'resolved', 'closed', 'aged', 'suppressed'] as const;

export const APPROVAL_STATES = ['waiting', 'approved', 'rejected', 'lapsed'] as const;

export function alertOperations(ports: Pick<OperatorPorts, 'query' | 'policies' | 'place'>): Operation[] {
  const { query } = ports;
  return [
    {
      method: 'GET',
      path: '/v1/alerts',
      id: 'listAlerts',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'Alerts, the last opened first.',
      parameters: [
        oneOf('status', 'Where it stands in its life.', ALERT_STATUSES),
        oneOf('environment', 'As it was classified.', ENVIRONMENTS),
        oneOf('priority', 'As it was classified.', PRIORITIES),
        oneOf('approval', 'Whether it waits for a person, or how that was decided.', APPROVAL_STATES),
        words('tenant', 'Name of the tenant.'),
        words('group', 'Id of a group that lives: its members.'),
        words('namespace', 'The Kubernetes namespace.'),
        words('q', 'Text that its labels or annotations contain, in upper or lower case.'),
        ...PAGING,
      ],
      body: null,
      answer: 'AlertList',
      problems: {},
      handle: async (_, values, caller) => json(200, await query('alerts', scoped(values, caller))),
    },
    {
      method: 'GET',
      path: '/v1/alerts/{tenant}/{fingerprint}',
      id: 'getAlert',
      access: { permission: 'alerts.read', within: 'tenant' },
      summary:
        'One alert: for each receiver in a line why it was, or was not, told; every step that led there with its input, rule and policy; history and ledger.',
      parameters: [],
      body: null,
      answer: 'AlertDetail',
      problems: { 404: 'No such alert is known.' },
      handle: async ({ params: { tenant = '', fingerprint = '' } }) =>
        json(200, await explained((await query('alert', { tenant, fingerprint })) as AlertAnswer, ports)),
    },
  ];
}

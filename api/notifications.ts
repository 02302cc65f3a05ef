/** GET /v1/groups and GET /v1/deliveries. */

import { scoped } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { oneOf, PAGING, words } from './parameters.ts';

export const DELIVERY_STATES = [
  'queued',
  'attempting',
  'uncertain',
  'delivered',
  'dead',
  'diverted',
  'bundled',
  'expanding',
  'expanded',
] as const;

export function notificationOperations({ query }: Pick<OperatorPorts, 'query'>): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/groups',
      id: 'listGroups',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'The groups that live, the newest first, with what their last flush decided for each channel.',
      parameters: [words('tenant', 'Name of the tenant.'), ...PAGING],
      body: null,
      answer: 'GroupList',
      problems: {},
      handle: async (_, values, caller) => json(200, await query('groups', scoped(values, caller))),
    },
    {
      method: 'GET',
      path: '/v1/deliveries',
      id: 'listDeliveries',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'Notifications on their way to channels, the newest first.',
      parameters: [
        words('channel', 'Name of the Channel.'),
        oneOf('state', 'How far it is.', DELIVERY_STATES),
        words('fingerprint', 'Of an alert that it tells of.'),
        words('tenant', 'Name of the tenant.'),
        ...PAGING,
      ],
      body: null,
      answer: 'DeliveryList',
      problems: {},
      handle: async (_, values, caller) => json(200, await query('deliveries', scoped(values, caller))),
    },
    {
      method: 'GET',
      path: '/v1/deliveries/{id}',
      id: 'getDelivery',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'One notification on its way to a channel, with all that came of it.',
      parameters: [],
      body: null,
      answer: 'DeliveryDetail',
      problems: { 404: 'No such delivery is known.' },
      handle: async ({ params: { id = '' } }, _, caller) => json(200, await query('delivery', scoped({ id }, caller))),
    },
    {
      method: 'GET',
      path: '/v1/deliveries/{id}/members',
      id: 'listAudienceMembers',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary:
        'Whom of an audience a notification has come to, in the order in which they are told, and what came of each.',
      parameters: [oneOf('state', 'How far it is.', DELIVERY_STATES), ...PAGING],
      body: null,
      answer: 'AudienceMemberList',
      problems: { 404: 'No such delivery is known.' },
      handle: async ({ params: { id = '' } }, values, caller) =>
        json(200, await query('audience-members', scoped({ ...values, id }, caller))),
    },
  ];
}

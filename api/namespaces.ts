/** GET /v1/namespaces and GET /v1/namespaces/{tenant}/{namespace}: what alerts were about, and whose it is. */

import { ENVIRONMENTS } from '../alert/alert.ts';
import { NAMESPACE_ATTRIBUTES, type NamespaceProfile } from '../alert/namespace.ts';
import type { Placement } from '../alert/promotion-state.ts';
import { scoped } from './caller.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { oneOf, PAGING, words } from './parameters.ts';

export const NAMESPACE_STATES = ['active', 'dormant'] as const;

/** As the archive answers it, as far as this file needs it. */
interface Known {
  readonly tenant: string;
  readonly namespace: string;
  /** Where people put it; null: nowhere. */
  readonly placement: Placement | null;
}

export function namespaceOperations({ query, profile }: Pick<OperatorPorts, 'query' | 'profile'>): Operation[] {
  const profileOf = ({ tenant, namespace, placement }: Known) => profile(tenant, namespace, placement ?? undefined);
  const withAttributes = (known: Known) => ({ ...known, ...attributesOf(profileOf(known)) });
  return [
    {
      method: 'GET',
      path: '/v1/namespaces',
      id: 'listNamespaces',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary:
        'Every namespace that an alert was ever about, the newest first: as it was decided, and whose it is by the resources in force.',
      parameters: [
        words('tenant', 'Name of the tenant.'),
        oneOf('environment', 'As it was classified last.', ENVIRONMENTS),
        oneOf('state', 'Dormant: nothing was reported of it for 30 days.', NAMESPACE_STATES),
        words('q', 'Text that its name contains.'),
        ...PAGING,
      ],
      body: null,
      answer: 'NamespaceList',
      problems: {},
      handle: async (_, values, caller) => {
        const { namespaces, next } = (await query('namespaces', scoped(values, caller))) as {
          namespaces: Known[];
          next: string | null;
        };
        return json(200, { namespaces: namespaces.map(withAttributes), next });
      },
    },
    {
      method: 'GET',
      path: '/v1/namespaces/{tenant}/{namespace}',
      id: 'getNamespace',
      access: { permission: 'alerts.read', within: 'tenant' },
      summary: 'One namespace with the events of its life, and its profile by the resources in force.',
      parameters: [],
      body: null,
      answer: 'NamespaceDetail',
      problems: { 404: 'No alert was ever about it.' },
      handle: async ({ params: { tenant = '', namespace = '' } }) => {
        const known = (await query('namespace', { tenant, namespace })) as Known;
        return json(200, { ...withAttributes(known), profile: profileAnswer(profileOf(known)) });
      },
    },
  ];
}

function attributesOf(profile: NamespaceProfile) {
  return Object.fromEntries(NAMESPACE_ATTRIBUTES.map((name) => [name, profile[name]]));
}

/** What would be decided now. */
function profileAnswer({ environment, priority, because, violations }: NamespaceProfile) {
  return { environment, priority, because, violations };
}

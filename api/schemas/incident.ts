/** Incidents and storms. */

import { PRIORITIES } from '../../alert/alert.ts';
import { INCIDENT_KINDS, INCIDENT_STATES } from '../incidents.ts';
import {
  integer,
  list,
  object,
  oneOf,
  orNull,
  page,
  reasons,
  type Schema,
  text,
  texts,
  time,
} from '../schema-forms.ts';
import { joined } from './alert.ts';

const counts: Schema = { type: 'object', additionalProperties: { type: 'integer' } };

const incident = {
  id: text,
  tenant: text,
  kind: oneOf(INCIDENT_KINDS),
  rule: text,
  action: oneOf(['annotate', 'suppressChildren', 'storm']),
  state: oneOf(INCIDENT_STATES),
  groupedBy: texts,
  parent: { ...orNull(text), description: 'Fingerprint; null for a storm.' },
  alerts: { ...integer, description: 'That ever were part of it.' },
  openedAt: time,
  updatedAt: time,
  closedAt: orNull(time),
  evidence: list(object({ kind: text, text, alerts: integer })),
  breakdown: orNull(
    object({
      alerts: integer,
      namespaces: counts,
      alertnames: counts,
      severities: counts,
      environments: counts,
      priorities: counts,
    }),
  ),
  reasons,
};

export const INCIDENT_SCHEMAS: Readonly<Record<string, Schema>> = {
  Incident: object(incident),
  IncidentList: page('incidents', 'Incident'),
  Limit: object({
    tenant: text,
    limit: { ...text, description: 'Name of the NamespaceLimit.' },
    priority: oneOf(PRIORITIES),
    namespace: text,
    allowed: { ...orNull(integer), description: 'Alerts a minute; null: it is not declared any more.' },
    used: { ...integer, description: 'In this minute.' },
    peak: { ...integer, description: 'In its fullest minute.' },
    peakMinute: time,
    total: integer,
    since: time,
    lastAt: time,
    storm: { ...orNull(text), description: 'Id of the open storm that what is beyond is in.' },
  }),
  LimitList: page('limits', 'Limit'),
  IncidentDetail: object({ ...incident, members: list(object({ fingerprint: text, ...joined })) }),
};

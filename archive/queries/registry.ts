/** Every query by the name that it is asked by. */

import { alertQuery } from './alert.ts';
import { alertmanagerAlertsQuery } from './alertmanager-alerts.ts';
import { alertsQuery } from './alerts.ts';
import { audienceMembersQuery } from './audience-members.ts';
import { channelStandingsQuery } from './channel-standings.ts';
import { cursorsQuery } from './cursors.ts';
import { deadLetterQuery, deadLettersQuery } from './dead-letters.ts';
import { deliveriesQuery } from './deliveries.ts';
import { deliveryContentQuery, deliveryQuery } from './delivery.ts';
import { groupsQuery } from './groups.ts';
import { incidentQuery, incidentsQuery } from './incidents.ts';
import { limitsQuery } from './limits.ts';
import { namespaceQuery, namespacesQuery } from './namespaces.ts';
import { promotionsQuery } from './promotions.ts';
import type { ArchiveQuery } from './query.ts';
import { receiptQuery } from './receipt.ts';
import { silencePreviewQuery } from './silence-preview.ts';
import { silenceHeldQuery, silenceQuery, silencesQuery } from './silences.ts';

export const QUERIES: ReadonlyMap<string, ArchiveQuery> = new Map([
  ['receipt', receiptQuery],
  ['alerts', alertsQuery],
  ['alert', alertQuery],
  ['alertmanager-alerts', alertmanagerAlertsQuery],
  ['groups', groupsQuery],
  ['deliveries', deliveriesQuery],
  ['delivery', deliveryQuery],
  ['audience-members', audienceMembersQuery],
  ['delivery-content', deliveryContentQuery],
  ['channel-standings', channelStandingsQuery],
  ['incidents', incidentsQuery],
  ['incident', incidentQuery],
  ['limits', limitsQuery],
  ['namespaces', namespacesQuery],
  ['namespace', namespaceQuery],
  ['promotions', promotionsQuery],
  ['dead-letters', deadLettersQuery],
  ['dead-letter', deadLetterQuery],
  ['silences', silencesQuery],
  ['silence', silenceQuery],
  ['silence-held', silenceHeldQuery],
  ['silence-preview', silencePreviewQuery],
  ['cursors', cursorsQuery],
]);

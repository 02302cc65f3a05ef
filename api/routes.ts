/** Every route of the operators' API. */

import type { Route } from '../ingress/route.ts';
import { alertCommandOperations } from './alert-commands.ts';
import { alertmanagerRoutes } from './alertmanager/routes.ts';
import { alertOperations } from './alerts.ts';
import { apiKeyOperations } from './api-keys.ts';
import { auditOperations } from './audit.ts';
import { channelOperations } from './channels.ts';
import { deadLetterOperations } from './dead-letters.ts';
import { incidentOperations } from './incidents.ts';
import { limitOperations } from './limits.ts';
import { namespaceOperations } from './namespaces.ts';
import { notificationOperations } from './notifications.ts';
import { openapiOf } from './openapi.ts';
import { json, type Operation, routeOf } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { overrideOperations } from './overrides.ts';
import { policyOperations } from './policies.ts';
import { previewOperations } from './preview.ts';
import { promotionOperations } from './promotions.ts';
import { receiptOperations } from './receipts.ts';
import { resendOperations } from './resend.ts';
import { ruleOperations } from './rules.ts';
import { scheduleOperations } from './schedules.ts';
import { secretOperations } from './secrets.ts';
import { silenceOperations } from './silences.ts';
import { statusOperations } from './status.ts';
import { subscriptionOperations } from './subscriptions.ts';

/** `version`: of Herald, for openapi.json. */
export function operatorRoutes(ports: OperatorPorts, version: string): Route[] {
  const operations: Operation[] = [
    ...receiptOperations(ports),
    ...alertOperations(ports),
    ...alertCommandOperations(ports),
    ...incidentOperations(ports),
    ...limitOperations(ports),
    ...namespaceOperations(ports),
    ...promotionOperations(ports),
    ...notificationOperations(ports),
    ...resendOperations(ports),
    ...channelOperations(ports),
    ...previewOperations(ports),
    ...silenceOperations(ports),
    ...deadLetterOperations(ports),
    ...ruleOperations(ports),
    ...policyOperations(ports),
    ...auditOperations(ports),
    ...scheduleOperations(ports),
    ...overrideOperations(ports),
    ...subscriptionOperations(ports),
    ...apiKeyOperations(ports.apiKeys),
    ...secretOperations(ports.secrets, ports.declared.tenants),
    ...statusOperations(ports),
  ];
  const document = json(200, openapiOf(operations, version));
  const openapi: Route = {
    method: 'GET',
    path: '/openapi.json',
    access: 'everyone',
    headers: [],
    handle: () => document,
  };
  return [...operations.map(routeOf), ...alertmanagerRoutes(ports), openapi];
}

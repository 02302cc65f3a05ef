/** Every route that ingress answers itself. */

import { alertmanagerApiRoute } from './alertmanager-api.ts';
import { enqueueRoute } from './enqueue.ts';
import { handshakeRoute } from './handshake.ts';
import { type HealthPorts, healthRoutes } from './health.ts';
import type { Route } from './route.ts';
import { type WebhookPorts, webhookRoute } from './webhook.ts';

export function ingressRoutes(ports: WebhookPorts, health: HealthPorts): Route[] {
  return [
    webhookRoute(ports),
    enqueueRoute(ports),
    handshakeRoute(ports.findSource),
    alertmanagerApiRoute(ports),
    ...healthRoutes(health),
  ];
}

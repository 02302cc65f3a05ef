/**
 * Alertmanager's API v2 (api/v2/openapi.yaml of 0.25 and later), for amtool, Prometheus and dashboards. Only POST /api/v2/alerts stands
 * elsewhere: ingress takes it (ingress/alertmanager-api.ts).
 */

import type { Route } from '../../ingress/route.ts';
import { alertRoutes } from './alerts.ts';
import type { AlertmanagerPorts } from './ports.ts';
import { silenceRoutes } from './silences.ts';
import { statusRoutes } from './status.ts';

export function alertmanagerRoutes(ports: AlertmanagerPorts): Route[] {
  return [...alertRoutes(ports), ...silenceRoutes(ports), ...statusRoutes(ports)];
}

/** GET /api/v2/status and GET /api/v2/receivers. Herald's processes find each other through NATS: there are no peers to show. */

import type { Route } from '../../ingress/route.ts';
import { time } from './active-alerts.ts';
import { answer, routeTo } from './answer.ts';
import type { AlertmanagerPorts } from './ports.ts';

const UNKNOWN = 'herald';

export function statusRoutes(ports: AlertmanagerPorts): Route[] {
  return [
    routeTo(ports, 'GET', '/api/v2/status', async ({ alertmanager }) =>
      answer({
        cluster: { status: 'ready', name: 'herald', peers: [] },
        versionInfo: {
          version: alertmanager.version,
          revision: UNKNOWN,
          branch: UNKNOWN,
          buildUser: UNKNOWN,
          buildDate: UNKNOWN,
          goVersion: UNKNOWN,
        },
        config: { original: alertmanager.config(alertmanager.tenant()) },
        uptime: time(alertmanager.startedAt),
      }),
    ),
    routeTo(ports, 'GET', '/api/v2/receivers', async ({ alertmanager }) =>
      answer(alertmanager.receivers(alertmanager.tenant()).map((name) => ({ name }))),
    ),
  ];
}

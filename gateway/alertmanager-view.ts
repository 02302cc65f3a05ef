/** The resources in force, as Alertmanager's API shows them. */

import type { AlertmanagerView } from '../api/alertmanager/ports.ts';
import { alertmanagerConfig } from '../resources/alertmanager-config.ts';
import { DEFAULT_TENANT } from '../resources/resource.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { LiveResources } from './live-resources.ts';
import { VERSION } from './version.ts';

/** Alerts that are posted to that API belong to it. */
const SOURCE = 'prometheus';

export function alertmanagerView({ current }: Pick<LiveResources, 'current'>): AlertmanagerView {
  return {
    tenant: () => current().sources.get(SOURCE)?.tenant ?? DEFAULT_TENANT,
    receivers(tenant) {
      const channels = [...current().channels.values()].filter((channel) => channel.tenant === tenant);
      return channels.map(({ name }) => name).sort();
    },
    silences: (tenant) => current().policy.silences(tenant),
    config: (tenant) => alertmanagerConfig(current().routes(tenant)),
    version: VERSION,
    startedAt: systemClock.now(),
  };
}

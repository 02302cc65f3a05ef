/** The resources of the fault tests: one source, one group per alertname, one webhook channel, everything at once. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHANNEL_NAME, CONCURRENCY } from './traffic.ts';

export interface FaultResources {
  readonly receiverUrl: string;
  readonly groupInterval?: string;
}

/** Where alerts come in, and what they are of. */
export const FOUNDATION = `apiVersion: herald/v1
kind: Source
metadata: { name: faults }
spec: { format: herald, auth: { type: none } }
---
apiVersion: herald/v1
kind: EnvironmentPolicy
metadata: { name: default }
spec:
  default: production
  environments:
    - { name: production, patterns: ['^prod-'], priority: P1 }
---
`;

export function oneWebhook(of: FaultResources): (folder: string) => string {
  return (folder) => writeResources(folder, of);
}

/** Writes them below `folder`; returns what HERALD_CONFIG is to be. */
export function writeResources(folder: string, { receiverUrl, groupInterval = '500ms' }: FaultResources): string {
  const config = join(folder, 'config');
  mkdirSync(config, { recursive: true });
  writeFileSync(
    join(config, 'all.yaml'),
    `${FOUNDATION}apiVersion: herald/v1
kind: Route
metadata: { name: root }
spec:
  groupBy: [alertname]
  groupWait: 0s
  groupInterval: ${groupInterval}
  repeatInterval: 4h
  receivers: [channel/${CHANNEL_NAME}]
---
apiVersion: herald/v1
kind: Channel
metadata: { name: ${CHANNEL_NAME} }
spec:
  type: webhook
  url: ${receiverUrl}
  allowPrivateAddresses: true
  concurrency: ${CONCURRENCY}
  retry: { maxAttempts: 50, initial: 50ms, max: 1s }
`,
  );
  return config;
}

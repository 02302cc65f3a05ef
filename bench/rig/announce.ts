/** An audience, the resources that lead to it, and single alerts. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeResources } from './resources.ts';
import type { Scratch } from './scratch.ts';

export interface AudienceOptions {
  readonly url: string;
  readonly size: number;
  readonly concurrency: number;
  /** Of a second webhook channel, `other`, that alerts with bench="other" go to. */
  readonly otherUrl?: string;
}

/** The audience is told of alerts with bench="audience", the channel itself of those with bench="critical". */
export function writeAudience(scratch: Scratch, { url, size, concurrency, otherUrl }: AudienceOptions): string {
  const folder = writeResources(scratch, { url, concurrency });
  const lines: string[] = [];
  for (let i = 0; i < size; i++) lines.push(`customer-${i}@example.org`);
  writeFileSync(join(folder, 'customers.txt'), lines.join('\n'));
  const documents = [
    `apiVersion: herald/v1
kind: Audience
metadata: { name: customers }
spec: { channel: channel/ops, file: customers.txt }
`,
    tree('audience', 'audience/customers'),
    tree('critical', 'channel/ops'),
    ...(otherUrl === undefined
      ? []
      : [
          tree('other', 'channel/other'),
          `apiVersion: herald/v1
kind: Channel
metadata: { name: other }
spec: { type: webhook, url: '${otherUrl}', allowPrivateAddresses: true, concurrency: ${concurrency} }
`,
        ]),
  ];
  writeFileSync(join(folder, 'audience.yaml'), documents.join('---\n'));
  return folder;
}

function tree(name: string, receiver: string): string {
  return `apiVersion: herald/v1
kind: Route
metadata: { name: to-${name} }
spec: { matchers: ['bench="${name}"'], receivers: [${receiver}], groupBy: ['...'], groupWait: 0s }
`;
}

let count = 0;

/** One alert that fires. Rejects unless it was accepted. */
export async function sendAlert(port: number, labels: Readonly<Record<string, string>>): Promise<void> {
  const alert = { status: 'firing', labels: { alertname: `Bench${count++}`, severity: 'warning', ...labels } };
  const response = await fetch(`http://127.0.0.1:${port}/v1/webhooks/herald`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ alerts: [alert] }),
  });
  if (response.status !== 202) throw new Error(`an alert was answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

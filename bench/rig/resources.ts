/** The resources that Herald is measured with, written as an operator would have them. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scratch } from './scratch.ts';

export interface ResourceOptions {
  /** Where notifications go by webhook. */
  readonly url?: string;
  /** Or the options of another type of channel, in YAML's flow style. */
  readonly channel?: string;
  /** Sends under way at once. */
  readonly concurrency?: number;
  /** Documents besides: YAML, one each. */
  readonly more?: readonly string[];
}

/** Alerts with this value of the label `bench` are told one by one and at once; all others wait in their groups. */
export const NOTIFIED = 'notified';
export const GROUPED = 'grouped';

const PATTERNS = 50;

/** A folder with a Source of each format, an EnvironmentPolicy of 50 patterns, a routing tree and a channel. */
export function writeResources(
  scratch: Scratch,
  { url, channel, concurrency = 64, more = [] }: ResourceOptions,
): string {
  const folder = scratch.folder();
  const documents = [
    ...['alertmanager', 'prometheus', 'herald'].map(
      (name) => `apiVersion: herald/v1
kind: Source
metadata: { name: ${name} }
spec: { format: ${name}, auth: { type: none } }
`,
    ),
    `apiVersion: herald/v1
kind: EnvironmentPolicy
metadata: { name: default }
spec:
  environments:
${environments()}`,
    `apiVersion: herald/v1
kind: Route
metadata: { name: root }
spec:
  groupBy: [alertname, namespace]
  groupWait: 1h
  receivers: [channel/ops]
  routes:
    - { matchers: ['severity="none"'], receivers: [channel/ops] }
    - { matchers: ['bench="${NOTIFIED}"', 'environment="production"'], groupBy: ['...'], groupWait: 0s }
`,
    `apiVersion: herald/v1
kind: Channel
metadata: { name: ops }
spec: { ${channel ?? `type: webhook, url: '${url}', allowPrivateAddresses: true`}, concurrency: ${concurrency} }
`,
    ...more,
  ];
  writeFileSync(join(folder, 'bench.yaml'), documents.join('---\n'));
  return folder;
}

function environments(): string {
  const names = ['production', 'staging', 'testing', 'development'];
  const shorts = ['prod', 'stg', 'test', 'dev'];
  return names.map((name, i) => `    - { name: ${name}, patterns: [${patternsFor(shorts[i]!, i)}] }\n`).join('');
}

function patternsFor(short: string, index: number): string {
  const own = Math.ceil((PATTERNS - index) / 4) - 1;
  const teams = Array.from({ length: own }, (_, i) => `'^division-${i}-[a-z]+-${short}$'`);
  return [`'-${short}$'`, ...teams].join(', ');
}

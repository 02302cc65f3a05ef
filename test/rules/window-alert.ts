/** Alerts and rules of correlation for tests: a cluster that is easily told. */

import type { CorrelationRule, WindowAlert } from '../../alert/correlation.ts';
import { fingerprint } from '../../alert/fingerprint.ts';

export const START = Date.UTC(2026, 0, 5, 12);

export function anAlert(labels: Record<string, string>, change: Partial<WindowAlert> = {}): WindowAlert {
  return {
    fingerprint: fingerprint(labels),
    labels,
    message: '',
    namespace: labels.namespace ?? 'default',
    owner: labels.deployment === undefined ? '' : `deployment/${labels.deployment}`,
    node: labels.node ?? '',
    startsAt: START,
    environment: 'production',
    priority: 'P1',
    rules: ['rule'],
    parentOf: [],
    ...change,
  };
}

export function aRule(change: Partial<CorrelationRule> = {}): CorrelationRule {
  return {
    name: 'rule',
    within: 60_000,
    threshold: 2,
    groupBy: [],
    similarity: null,
    needsParent: false,
    action: 'annotate',
    storm: null,
    ...change,
  };
}

/** Alerts of many teams that have nothing to do with each other, one every 7 seconds. */
export function noise(count: number): WindowAlert[] {
  return Array.from({ length: count }, (_, i) =>
    anAlert(
      { alertname: `Noise${i}`, namespace: `team-${i}`, cluster: 'eu-1', severity: 'warning', instance: `10.0.0.${i}` },
      {
        message: `${NOUNS[i % NOUNS.length]} of component ${'abcdefghij'[i % 10]} ${VERBS[(i * 7) % VERBS.length]}`,
        startsAt: START + i * 7000,
      },
    ),
  );
}

const NOUNS = ['queue', 'disk', 'latency', 'certificate', 'replication', 'heap', 'backup', 'quota'];
const VERBS = ['is growing too fast', 'will expire', 'stopped', 'was not done in time', 'exceeds its limit by far'];

export function nodeDown(node: string, pods: number): WindowAlert[] {
  return [
    anAlert(
      { alertname: 'NodeDown', node, cluster: 'eu-1', severity: 'critical' },
      { message: `Node ${node} does not answer`, startsAt: START + 2000, parentOf: ['rule'] },
    ),
    ...Array.from({ length: pods }, (_, i) =>
      anAlert(
        {
          alertname: 'PodNotReady',
          node,
          cluster: 'eu-1',
          severity: 'warning',
          namespace: `ns-${i % 40}`,
          pod: `pod-${i}`,
        },
        { message: `Pod ns-${i % 40}/pod-${i} on ${node} is not ready`, startsAt: START + (i % 30) * 1000 },
      ),
    ),
  ];
}

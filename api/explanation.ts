/**
 * What the archive answers about an alert, with what only the rest of Herald knows: since when the policies were in force that
 * it names, and in which file and line their rules stand.
 */

import type { OperatorPorts } from './operator-ports.ts';

/** As archive/queries/alert.ts answers it, as far as this file needs it. */
export interface AlertAnswer {
  readonly tenant: string;
  readonly policy: string;
  readonly steps: readonly { readonly reasons: readonly StepReason[] }[];
}

interface StepReason {
  readonly code: string;
  readonly detail: string;
  readonly policy: string | null;
}

type Ports = Pick<OperatorPorts, 'policies' | 'place'>;

export async function explained<Answer extends AlertAnswer>(alert: Answer, { policies, place }: Ports) {
  const hashes = new Set([alert.policy]);
  for (const { reasons } of alert.steps) for (const { policy } of reasons) if (policy !== null) hashes.add(policy);
  const named = [...hashes].filter((hash) => hash !== '');
  const steps = alert.steps.map((step) => ({
    ...step,
    reasons: step.reasons.map((reason) => ({ ...reason, rule: place(alert.tenant, reason) })),
  }));
  return { ...alert, steps, policies: await Promise.all(named.map((hash) => versionOf(hash, policies))) };
}

/** Without NATS, or where its activation is forgotten, the hash is all that is known. */
async function versionOf(hash: string, policies: Ports['policies']) {
  const activation = await policies.of(hash).catch(() => null);
  const { at = null, process = null } = activation ?? {};
  return { hash, activatedAt: at === null ? null : new Date(at).toISOString(), process };
}

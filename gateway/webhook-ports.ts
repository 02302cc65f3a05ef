/** What the doors for alerts need of this process. */

import { randomUUID } from 'node:crypto';
import type { Alert } from '../alert/alert.ts';
import { dryRun } from '../alert/dry-run.ts';
import { AcceptedMessages } from '../ingress/accepted-messages.ts';
import type { AuthFailures } from '../ingress/auth-failures.ts';
import { Gate, type HostAddresses } from '../ingress/gate.ts';
import type { TokenVerifier } from '../ingress/jwt.ts';
import type { MediaReader } from '../ingress/media-reader.ts';
import { systemRandom } from '../ingress/random.ts';
import type { IngressSource } from '../ingress/source.ts';
import type { SourcePathPorts } from '../ingress/source-paths.ts';
import type { WebhookPorts } from '../ingress/webhook.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { AuditTrail } from './audit-trail.ts';
import { audited } from './audited.ts';
import { type AuthorityOptions, findKey } from './authority.ts';
import type { IngressLink } from './ingress-link.ts';
import type { AskStanding } from './standing.ts';

export interface WebhookPortsOptions {
  readonly resources: () => ResourceSet;
  readonly standing: AskStanding;
  readonly audit: Pick<AuditTrail, 'command' | 'refused'>;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** What is opened and closed with the role. */
export interface IntakeParts {
  readonly link: IngressLink;
  readonly hosts: HostAddresses;
  readonly media: MediaReader;
  readonly tokens: TokenVerifier;
  readonly failures: AuthFailures;
  readonly access: Pick<AuthorityOptions, 'signIn' | 'keys'>;
}

export function webhookPorts(
  { resources, standing, audit, metrics, log }: WebhookPortsOptions,
  { link, hosts, media, tokens, failures, access }: IntakeParts,
): SourcePathPorts {
  return {
    findSource: sourceFinder(resources),
    sources: () => resources().sources.values(),
    sourceAt: (path) => resources().sourcePaths.get(path) ?? null,
    refused: (refusal) => audit.refused(refusal),
    admitting: () => link.admitting(),
    sheddingBulk: () => link.sheddingBulk(),
    gate: new Gate(hosts),
    media,
    groupCommit: link,
    clock: systemClock,
    random: systemRandom(),
    failures,
    messages: new AcceptedMessages(),
    acknowledge: (subject) => acknowledge(link, audit, subject),
    findKey: (secret) => findKey(access, secret),
    verifyToken: (auth, token, now) => tokens.verify(auth, token, now),
    dryRun: (alert) => tryOut(alert, resources(), standing),
    log,
    metrics: metrics.alerts,
  };
}

export function sourceFinder(resources: () => ResourceSet): (name: string) => IngressSource | null {
  return (name) => resources().sources.get(name) ?? null;
}

async function acknowledge(
  link: IngressLink,
  audit: Pick<AuditTrail, 'command'>,
  subject: Parameters<WebhookPorts['acknowledge']>[0],
): Promise<void> {
  // What cannot even be asked is not audited.
  link.mustBeReached();
  const id = randomUUID();
  const entry = { kind: 'command', action: 'acknowledge', comment: '', id, ...subject } as const;
  await audit.command(audited(entry), () => link.command(entry, id));
}

async function tryOut(alert: Alert, { policy }: ResourceSet, ask: AskStanding) {
  const now = systemClock.now();
  const standing = await ask(alert.tenant, policy, now);
  return { ...dryRun(policy, alert, now, standing ?? null), policy: policy.hash, runtime: standing !== undefined };
}

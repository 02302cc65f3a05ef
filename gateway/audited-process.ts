/** What the audit says of a process itself: that it started and stopped, whom NATS did not take, which changes it did not put in force. */

import type { Bus } from '../bus/connection.ts';
import { systemClock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { auditKeyOf } from './audit-key.ts';
import { AuditTrail } from './audit-trail.ts';
import type { Environment } from './environment.ts';
import type { LiveResources } from './live-resources.ts';
import { PROCESS } from './process-name.ts';
import type { Role } from './start.ts';
import { VERSION } from './version.ts';

/** `bus` null: NATS was not reached yet. */
export function openAudit(environment: Environment, bus: () => Bus | null, log: Log): AuditTrail {
  const key = auditKeyOf(environment, true);
  if (key === null)
    log.warn({ event: 'audit.off' }, 'nothing is audited: set HERALD_AUDIT_KEY to the same secret everywhere');
  return new AuditTrail({ key, bus, process: PROCESS, clock: systemClock, log });
}

type Trail = Pick<AuditTrail, 'post' | 'refused'>;

/** `access`: how far the API is open; null: it is not served here. */
export function auditStarted(
  audit: Trail,
  roles: readonly Role[],
  { secretKeys, natsUrl }: Pick<Environment, 'secretKeys' | 'natsUrl'>,
  access: string | null,
): void {
  const keys = secretKeys === null ? 'no secret key' : `secret keys ${secretKeys.keys.map(({ id }) => id).join(', ')}`;
  const nats = natsUrl === null ? 'its own nats-server' : 'a NATS of somebody else';
  const detail = [...(access === null ? [] : [`the API is ${access}`]), keys, nats].join('; ');
  audit.post({ event: 'process.started', what: `herald ${VERSION}`, subject: roles.join('+'), by: PROCESS, detail });
}

export function auditStopped(audit: Trail, roles: readonly Role[]): void {
  const what = `herald ${VERSION}`;
  audit.post({ event: 'process.stopped', what, subject: roles.join('+'), by: PROCESS, detail: '' });
}

/** Written once NATS takes us. */
export function auditSignInRefused(audit: Trail, roles: readonly Role[]): void {
  audit.refused({ code: 'nats.sign-in-refused', subject: roles.join('+'), address: '', by: PROCESS });
}

/** Each process for itself: each has them in force from then on. */
export function auditChanges(audit: Trail, resources: Pick<LiveResources, 'onChange' | 'onRefused'>): void {
  resources.onChange(({ hash, policy, count }) =>
    audit.post({
      event: 'resources.applied',
      what: hash,
      subject: `policy ${policy.hash}`,
      by: PROCESS,
      detail: `${count} resources`,
    }),
  );
  resources.onRefused(({ code, hash, why }) =>
    audit.post({ event: 'resources.refused', what: code, subject: hash ?? '', by: PROCESS, detail: why }),
  );
}

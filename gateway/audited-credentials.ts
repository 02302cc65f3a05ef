/** Changes of API keys and of the encrypted store, written down before they are made, and what came of each. No secret is in what is written. */

import type { ApiKey } from '../access/api-key.ts';
import type { KeyPorts } from '../api/api-keys.ts';
import type { Rotated, SecretPorts } from '../api/secrets.ts';
import type { AuditTrail } from './audit-trail.ts';

type Trail = Pick<AuditTrail, 'change'>;

export function auditedKeys(
  audit: Trail,
  put: (key: ApiKey, before: ApiKey | null) => Promise<boolean>,
): KeyPorts['put'] {
  return (key, before, by) => {
    const change = { what: changeOf(key, before), subject: key.name, by, detail: JSON.stringify(key.grants) };
    return audit.change(
      change,
      () => put(key, before),
      (done) => (done ? '200' : '409 changed meanwhile'),
    );
  };
}

export function auditedSecrets(
  audit: Trail,
  store: Omit<SecretPorts, 'delete' | 'rotate'> & {
    delete(secret: Parameters<SecretPorts['delete']>[0]): Promise<boolean>;
    rotate(secrets: Parameters<SecretPorts['rotate']>[0]): Promise<Rotated>;
  },
): SecretPorts {
  const subjectOf = ({ tenant, name }: Parameters<SecretPorts['delete']>[0]) => `${tenant}/${name}`;
  return {
    problem: () => store.problem(),
    list: () => store.list(),
    set: (secret, value, by) =>
      audit.change(
        { what: 'secret.set', subject: subjectOf(secret), by },
        () => store.set(secret, value, by),
        () => '200',
      ),
    delete: (secret, by) =>
      audit.change(
        { what: 'secret.delete', subject: subjectOf(secret), by },
        () => store.delete(secret),
        (existed) => (existed ? '200' : '404'),
      ),
    rotate: (secrets, by) =>
      audit.change(
        { what: 'secret.rotate', subject: `${secrets.length} secrets`, by },
        () => store.rotate(secrets),
        ({ resealed, current, failed, key }) =>
          `200 by key ${key}: ${resealed} encrypted anew, ${current} were already, ${failed.length} could not be`,
      ),
  };
}

function changeOf(key: ApiKey, before: ApiKey | null): string {
  if (before === null) return 'api-key.create';
  return key.revoked !== null && before.revoked === null ? 'api-key.revoke' : 'api-key.rotate';
}

/** Changes of API keys and of the encrypted store, written down before they are made. No secret is in what is written. */

import type { ApiKey } from '../access/api-key.ts';
import type { AuditEvent } from '../access/audit-chain.ts';
import type { KeyPorts } from '../api/api-keys.ts';
import type { SecretPorts } from '../api/secrets.ts';
import type { AuditTrail } from './audit-trail.ts';

type Trail = Pick<AuditTrail, 'record'>;

export function auditedKeys(audit: Trail, put: KeyPorts['put']): KeyPorts['put'] {
  return async (key, before) => {
    await audit.record(changeOf(key, before));
    return put(key, before);
  };
}

export function auditedSecrets(audit: Trail, store: SecretPorts): SecretPorts {
  const asked = (what: string, { tenant, name }: Parameters<SecretPorts['delete']>[0], by: string) =>
    audit.record({ event: 'command.asked', what, subject: `${tenant}/${name}`, by, detail: '' });
  return {
    problem: () => store.problem(),
    list: () => store.list(),
    async set(secret, value, by) {
      await asked('secret.set', secret, by);
      return store.set(secret, value, by);
    },
    // Whose request it was stands in the access log: the store is not told.
    async delete(secret) {
      await asked('secret.delete', secret, '');
      return store.delete(secret);
    },
    async reseal(secret) {
      await asked('secret.reseal', secret, '');
      return store.reseal(secret);
    },
  };
}

function changeOf(key: ApiKey, before: ApiKey | null): AuditEvent {
  const event = { event: 'command.asked', subject: key.name, detail: JSON.stringify(key.grants) } as const;
  if (before === null) return { ...event, what: 'api-key.create', by: key.createdBy };
  if (key.revoked !== null && before.revoked === null) return { ...event, what: 'api-key.revoke', by: key.revoked.by };
  return { ...event, what: 'api-key.rotate', by: '' };
}

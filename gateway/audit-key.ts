/** The key of the audit chain: never where the records are, which is NATS. */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditKey } from '../access/audit-chain.ts';
import type { Environment } from './environment.ts';
import { makeFolder } from './make-folder.ts';

type Settings = Pick<Environment, 'auditSecret' | 'natsUrl' | 'data'>;

/**
 * From HERALD_AUDIT_KEY, else, with a nats-server of our own, from the file audit.key in HERALD_DATA. null: there
 * is none. `make`: the file is written where it is missing.
 */
export function auditKeyOf({ auditSecret, natsUrl, data }: Settings, make: boolean): Buffer | null {
  if (auditSecret !== null) return auditKey(auditSecret);
  // Several processes on several machines would each have a key of their own.
  if (natsUrl !== null) return null;
  const file = join(data, 'audit.key');
  if (!existsSync(file)) {
    if (!make) return null;
    makeFolder(data);
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  }
  return auditKey(readFileSync(file, 'utf8').trim());
}

/** Every migration by name, in order. Imported and not read from the folder, so that a typo fails to compile. */

import type { Migration, MigrationProvider } from 'kysely/migration';
import { readModel } from './0001-read-model.ts';
import { holds } from './0002-holds.ts';
import { namespaces } from './0003-namespaces.ts';
import { incidents } from './0004-incidents.ts';
import { ledger } from './0005-ledger.ts';
import { escalation } from './0006-escalation.ts';
import { approvals } from './0007-approvals.ts';
import { promotions } from './0008-promotions.ts';
import { flapping } from './0009-flapping.ts';
import { deliveryEngine } from './0010-delivery-engine.ts';
import { limits } from './0011-limits.ts';
import { audiences } from './0012-audiences.ts';
import { channelFailures } from './0013-channel-failures.ts';
import { journals } from './0014-journals.ts';

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-read-model': readModel,
  '0002-holds': holds,
  '0003-namespaces': namespaces,
  '0004-incidents': incidents,
  '0005-ledger': ledger,
  '0006-escalation': escalation,
  '0007-approvals': approvals,
  '0008-promotions': promotions,
  '0009-flapping': flapping,
  '0010-delivery-engine': deliveryEngine,
  '0011-limits': limits,
  '0012-audiences': audiences,
  '0013-channel-failures': channelFailures,
  '0014-journals': journals,
};

export const migrationProvider: MigrationProvider = {
  getMigrations: async () => ({ ...MIGRATIONS }),
};

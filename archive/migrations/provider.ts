/** Every migration by name, in order. Imported and not read from the folder, so that a typo fails to compile. */

import type { Migration, MigrationProvider } from 'kysely/migration';
import { readModel } from './0001-read-model.ts';
import { holds } from './0002-holds.ts';

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-read-model': readModel,
  '0002-holds': holds,
};

export const migrationProvider: MigrationProvider = {
  getMigrations: async () => ({ ...MIGRATIONS }),
};

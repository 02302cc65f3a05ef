/** A real archive file in a folder of its own, removed at the end of the test file; and all that stands in one. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArchiveDatabase, openArchive } from '../../archive/database.ts';
import { atEnd } from '../support/leaks.ts';

const folder = mkdtempSync(join(tmpdir(), 'herald-archive-'));
let files = 0;
atEnd(() => rmSync(folder, { recursive: true, force: true }));

export function newFile(): string {
  files += 1;
  return join(folder, `archive-${files}.sqlite`);
}

export async function newArchive(): Promise<ArchiveDatabase> {
  const database = await openArchive(newFile());
  atEnd(() => database.close());
  return database;
}

const TABLES = [
  'cursors',
  'alerts',
  'alert_history',
  'outcomes',
  'groups',
  'group_members',
  'group_decisions',
  'group_history',
  'deliveries',
  'delivery_alerts',
  'delivery_history',
  'dead_letters',
  'repeats_published',
  'namespaces',
  'namespace_history',
  'silences',
  'holds',
] as const;

/** Every row of every table, in an order that does not depend on when it was written. */
export async function contents({ reader }: ArchiveDatabase): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const table of TABLES) {
    const rows = await reader.selectFrom(table).selectAll().execute();
    all[table] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return all;
}

/**
 * The archive's database file. One connection writes, one reads: in WAL mode a reader sees the last committed transaction
 * and never waits for the projector.
 */

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrationProvider } from './migrations/provider.ts';
import type { Tables } from './schema.ts';

export interface ArchiveDatabase {
  readonly file: string;
  readonly writer: Kysely<Tables>;
  readonly reader: Kysely<Tables>;
  close(): Promise<void>;
}

/** What an operator can do about a file that is of no use. */
export const MADE_ANEW = 'Move the file away and it is made anew from the journals, as far as these go back.';

/** The file cannot be used as an archive: `file` and the message say which and why. */
export class ArchiveUnusable extends Error {
  readonly code = 'archive.unusable';
  readonly file: string;

  constructor(file: string, why: string, options?: ErrorOptions) {
    super(`archive file ${file}: ${why}`, options);
    this.file = file;
  }
}

/** Opens and migrates; makes the file and its folder where missing. Throws ArchiveUnusable. */
export async function openArchive(file: string): Promise<ArchiveDatabase> {
  const opened: Kysely<Tables>[] = [];
  try {
    mkdirSync(dirname(file), { recursive: true });
    const writer = openKysely(file);
    opened.push(writer);
    await migrate(writer, file);
    const reader = openKysely(file);
    opened.push(reader);
    return { file, writer, reader, close: () => closeAll(opened) };
  } catch (cause) {
    await closeAll(opened);
    if (cause instanceof ArchiveUnusable) throw cause;
    throw new ArchiveUnusable(file, why(cause), { cause });
  }
}

/** SQLite's name of it tells a damaged file from one that cannot be reached. */
function why(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const isDamaged = 'code' in cause && /^SQLITE_(NOTADB|CORRUPT)/.test(String(cause.code));
  return isDamaged ? `${cause.message}. ${MADE_ANEW}` : cause.message;
}

async function closeAll(databases: readonly Kysely<Tables>[]): Promise<void> {
  for (const database of databases) await database.destroy();
}

function openKysely(file: string): Kysely<Tables> {
  const database = new Database(file);
  try {
    database.pragma('journal_mode = WAL');
    // A crash of the process loses nothing; power loss may lose the last commits, which are then projected again.
    database.pragma('synchronous = NORMAL');
    database.pragma('busy_timeout = 5000');
    database.pragma('cache_size = -65536');
    database.pragma('temp_store = MEMORY');
    // Pages: 64 MB. Pages that change often are then copied into the file once in a while, not with every commit.
    database.pragma('wal_autocheckpoint = 16000');
  } catch (error) {
    database.close();
    throw error;
  }
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: withStatementCache(database) }) });
}

const CACHED_STATEMENTS = 400;
/** Where SQLite has rolled back by itself, as on a full disk, a second time would fail, and that would be all that is known. */
const ROLLED_BACK = { reader: false, run: () => ({ changes: 0, lastInsertRowid: 0 }) };

/** Kysely prepares anew for every execution; preparing a statement of many rows costs more than running it. */
function withStatementCache(database: Database.Database) {
  const statements = new Map<string, Database.Statement<unknown[]>>();
  return {
    prepare(sql: string) {
      if (sql === 'rollback' && !database.inTransaction) return ROLLED_BACK as never;
      let statement = statements.get(sql);
      if (statement === undefined) {
        statement = database.prepare<unknown[]>(sql);
        if (statements.size >= CACHED_STATEMENTS) statements.clear();
        statements.set(sql, statement);
      }
      return statement as never;
    },
    close() {
      statements.clear();
      database.close();
    },
  };
}

async function migrate(db: Kysely<Tables>, file: string): Promise<void> {
  const migrator = new Migrator({ db, provider: migrationProvider });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  const at = failed === undefined ? '' : ` at ${failed}`;
  throw new ArchiveUnusable(file, `migrating failed${at}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

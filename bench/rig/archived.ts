/** What the archive holds in the end: journals are purged behind it, so it alone can prove a long run. */

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Herald, until } from './herald.ts';
import { microseconds } from './monotonic.ts';
import { mustEqual } from './stored.ts';

const COUNTS = {
  alerts: 'SELECT count(*) AS n FROM alerts',
  delivered: "SELECT count(*) AS n FROM deliveries WHERE state = 'delivered'",
} as const;

const WITHIN = 300_000;

/** Waits for the archive to catch up and returns how long that took, in seconds. Throws when it holds anything but `wanted`. */
export async function untilArchived(herald: Herald, what: keyof typeof COUNTS, wanted: number): Promise<number> {
  const since = microseconds();
  const database = new Database(join(herald.data, 'archive.sqlite'), { readonly: true });
  try {
    const statement = database.prepare<[], { n: number }>(COUNTS[what]);
    const count = () => statement.get()?.n ?? 0;
    await until(`${wanted} ${what} in the archive`, async () => count() >= wanted, WITHIN);
    const seconds = (microseconds() - since) / 1e6;
    mustEqual(`${what} in the archive`, count(), wanted);
    return seconds;
  } finally {
    database.close();
  }
}

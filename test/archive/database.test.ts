import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { cursorOf } from '../../archive/cursors.ts';
import { ArchiveUnusable, openArchive } from '../../archive/database.ts';
import { Projector } from '../../archive/project.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newFile } from './archive-file.ts';
import { commits, opened } from './journal-of.ts';

test('[BR-REL-015] what was projected is there after the file is opened again', async () => {
  const file = newFile();
  const first = await openArchive(file);
  await new Projector(first, silentLog).project([{ partition: 'a0', records: commits([opened(1, 'r1')]) }]);
  await first.close();
  const again = await openArchive(file);
  assert.equal((await cursorOf(again.reader, 'a0')).seq, 1);
  assert.equal((await again.reader.selectFrom('alerts').selectAll().execute()).length, 1);
  await again.close();
});

test('a missing folder is made', async () => {
  const database = await openArchive(join(newFile(), 'below', 'archive.sqlite'));
  await database.close();
});

test('a file that is no database, or a folder in its place, is refused by name', async () => {
  const text = newFile();
  writeFileSync(text, 'these are notes, not a database. '.repeat(100));
  const folder = newFile();
  mkdirSync(folder);
  for (const file of [text, folder]) {
    await assert.rejects(
      openArchive(file),
      (error) => error instanceof ArchiveUnusable && error.message.includes(file),
    );
  }
});

test('the projector writes while a reader reads', async () => {
  const database = await openArchive(newFile());
  await database.writer.transaction().execute(async (transaction) => {
    await transaction.insertInto('repeats_published').values({ alert_key: 'k', at: 1 }).execute();
    assert.deepEqual(await database.reader.selectFrom('repeats_published').selectAll().execute(), []);
  });
  assert.equal((await database.reader.selectFrom('repeats_published').selectAll().execute()).length, 1);
  await database.close();
});

test('of a disk that is full it is said that it is, though SQLite has rolled back by itself', async () => {
  const { writer, close } = await openArchive(newFile());
  await sql`create table large (content blob)`.execute(writer);
  const filling = writer.transaction().execute(async (transaction) => {
    await sql`insert into large values (zeroblob(1000))`.execute(transaction);
    await sql`pragma max_page_count = 1`.execute(transaction);
    await sql`insert into large values (zeroblob(10000000))`.execute(transaction);
  });
  await assert.rejects(filling, { code: 'SQLITE_FULL', message: 'database or disk is full' });
  assert.deepEqual((await sql`select * from large`.execute(writer)).rows, []);
  await close();
});

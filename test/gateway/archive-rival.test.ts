import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArchiveRival } from '../../gateway/archive-rival.ts';
import { silentLog } from '../../telemetry/log.ts';

function records() {
  const kept = new Map<string, string>();
  return {
    async get(key: string) {
      const value = kept.get(key);
      return value === undefined ? null : { string: () => value };
    },
    async put(key: string, value: string) {
      kept.set(key, value);
      return 1;
    },
  };
}

function archives(...ids: string[]) {
  const shared = records();
  const said: string[] = [];
  const log = { ...silentLog, error: (_: object, message: string) => void said.push(message) };
  return { said, all: ids.map((id) => new ArchiveRival(shared, id, `/data/${id}/archive.sqlite`, log)) };
}

test('[BR-REL-014] two archives on one NATS find each other, say so once, and stop saying it when one is gone', async () => {
  const { said, all } = archives('one', 'two');
  const [one, two] = all as [ArchiveRival, ArchiveRival];
  for (let round = 0; round < 3; round++) for (const archive of all) await archive.sign();
  assert.match(
    String(one.problem()),
    /^another archive runs, on \S+ with \/data\/two\/archive.sqlite: stop one of them/,
  );
  assert.match(String(two.problem()), /with \/data\/one\/archive.sqlite/);
  assert.equal(said.length, 2);
  for (let round = 0; round < 2; round++) await one.sign();
  assert.equal(one.problem(), null);
});

test('an archive that takes the place of one that died is alone', async () => {
  const { said, all } = archives('dead', 'next');
  await all[0]!.sign();
  for (let round = 0; round < 3; round++) await all[1]!.sign();
  assert.deepEqual([all[1]!.problem(), said], [null, []]);
});

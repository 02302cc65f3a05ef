/** Host names of sources: what is known of them at every moment, whatever the DNS does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AllowedHosts, type Family, type HostAnswer } from '../../ingress/allowed-hosts.ts';
import type { Log } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import '../support/leaks.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NONE: HostAnswer = { addresses: [], ttl: 0 };
const of = (ttl: number, ...addresses: string[]): HostAnswer => ({ addresses, ttl });

/** A DNS under the test's control: an Error is what it rejects with, null an answer that never comes. */
function world() {
  const clock = new FakeClock();
  const zones = new Map<string, Record<Family, HostAnswer | Error | null>>();
  const questions: string[] = [];
  const lines: string[] = [];
  const outcomes: string[] = [];
  const note = (fields: object) => void lines.push(JSON.stringify(fields));
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  const resolver = {
    async resolve(name: string, family: Family): Promise<HostAnswer> {
      if (family === 4) questions.push(name);
      const answer = zones.get(name)?.[family];
      if (answer === null) return new Promise<HostAnswer>(() => {});
      if (answer instanceof Error) throw answer;
      return answer ?? NONE;
    },
  };
  const hosts = new AllowedHosts({ resolver, clock, log, asked: (outcome) => outcomes.push(outcome) });
  const say = (name: string, four: HostAnswer | Error | null, six: HostAnswer | Error | null = NONE) =>
    void zones.set(name, { 4: four, 6: six });
  const find = (address: string, ...names: string[]) => hosts.find(names, address).replace('hosts.', '');
  const pass = (ms: number) => clock.advanceAndSettle(ms);
  return { hosts, clock, say, find, pass, questions, lines, outcomes };
}

test('[BR-WH-022] a name is asked for when it is declared, and unknown until it is answered', async () => {
  const { hosts, say, find, pass, questions, outcomes } = world();
  say('batch.example', of(60, '192.0.2.7'), of(60, '2001:db8::7'));
  assert.equal(find('192.0.2.7', 'batch.example'), 'unknown', 'nobody has declared it');
  hosts.use(['batch.example']);
  assert.equal(find('192.0.2.7', 'batch.example'), 'unknown');
  assert.deepEqual(hosts.standing(), { known: 0, stale: 0, unknown: 1 });
  await pass(0);
  assert.deepEqual(
    ['192.0.2.7', '2001:db8::7', '2001:0db8:0000:0000:0000:0000:0000:0007', '192.0.2.8'].map((address) =>
      find(address, 'batch.example'),
    ),
    ['one-of-them', 'one-of-them', 'one-of-them', 'none-of-them'],
  );
  assert.deepEqual([questions, outcomes], [['batch.example'], ['answered']]);
  assert.deepEqual(hosts.standing(), { known: 1, stale: 0, unknown: 0 });
});

test('[BR-WH-022] an answer counts for its TTL, between ten seconds and five minutes, and then the name is asked for again', async () => {
  for (const [ttl, life] of [
    [60, MINUTE],
    [0, 10_000],
    [86_400, 5 * MINUTE],
  ] as const) {
    const { hosts, say, find, pass, questions } = world();
    say('h', of(ttl, '192.0.2.7'));
    hosts.use(['h']);
    await pass(0);
    say('h', of(ttl, '192.0.2.8'));
    await pass(life - 1);
    assert.deepEqual([questions.length, find('192.0.2.7', 'h')], [1, 'one-of-them']);
    await pass(1);
    assert.deepEqual(
      [questions.length, find('192.0.2.7', 'h'), find('192.0.2.8', 'h')],
      [2, 'none-of-them', 'one-of-them'],
    );
  }
});

test('[BR-WH-022] looking an address up never asks the DNS', async () => {
  const { hosts, say, find, pass, questions } = world();
  say('h', new Error('timeout'));
  hosts.use(['h']);
  await pass(0);
  for (let i = 0; i < 100; i++) find('192.0.2.7', 'h');
  assert.equal(questions.length, 1);
});

test('[BR-WH-022] where the DNS fails the last answer counts, for a day; the log tells of each change once', async () => {
  const { hosts, say, find, pass, lines, outcomes } = world();
  say('h', of(60, '192.0.2.7'));
  hosts.use(['h']);
  await pass(0);
  say('h', new Error('queryA ESERVFAIL h'), new Error('queryAaaa ESERVFAIL h'));
  await pass(2 * MINUTE);
  assert.deepEqual([find('192.0.2.7', 'h'), find('192.0.2.8', 'h')], ['one-of-them', 'none-of-them']);
  assert.deepEqual(hosts.standing(), { known: 0, stale: 1, unknown: 0 });
  await pass(DAY - 3 * MINUTE);
  assert.equal(find('192.0.2.7', 'h'), 'one-of-them');
  await pass(3 * MINUTE);
  assert.equal(find('192.0.2.7', 'h'), 'unknown');
  say('h', of(60, '192.0.2.9'));
  await pass(2 * MINUTE);
  assert.equal(find('192.0.2.9', 'h'), 'one-of-them');
  assert.equal(lines.length, 4, lines.join('\n'));
  assert.match(lines[1]!, /host-unresolved".*ESERVFAIL h.*"state":"stale","addresses":\["192\.0\.2\.7"\]/);
  assert.match(lines[2]!, /host-unresolved".*"state":"unknown","addresses":\[\]/);
  assert.match(lines[3]!, /host-resolved".*192\.0\.2\.9/);
  assert.ok(outcomes.filter((outcome) => outcome === 'failed').length > 1000);
});

test('[BR-WH-022] a name that has no address any more is a failure as any other: nobody is silenced at once', async () => {
  const { hosts, say, find, pass, lines } = world();
  say('h', of(60, '192.0.2.7'));
  hosts.use(['h']);
  await pass(0);
  say('h', NONE);
  await pass(MINUTE);
  assert.equal(find('192.0.2.7', 'h'), 'one-of-them');
  assert.match(lines.join(), /it has no address/);
  await pass(DAY + MINUTE);
  assert.equal(find('192.0.2.7', 'h'), 'unknown');
});

test('[BR-WH-022] a family that fails keeps its own last answer, the other is renewed', async () => {
  const { hosts, say, find, pass } = world();
  say('h', of(60, '192.0.2.7'), of(60, '2001:db8::7'));
  hosts.use(['h']);
  await pass(0);
  say('h', of(60, '192.0.2.8'), new Error('timeout'));
  await pass(MINUTE);
  const addresses = ['192.0.2.7', '192.0.2.8', '2001:db8::7'];
  assert.deepEqual(
    addresses.map((address) => find(address, 'h')),
    ['none-of-them', 'one-of-them', 'one-of-them'],
  );
  // One that has always failed keeps nobody out that the other one has.
  say('fresh', of(60, '192.0.2.7'), new Error('timeout'));
  hosts.use(['h', 'fresh']);
  await pass(0);
  assert.equal(find('192.0.2.7', 'fresh'), 'one-of-them');
});

test('[BR-WH-022] a family that answers with nothing while the other fails takes no address away', async () => {
  const { hosts, say, find, pass } = world();
  say('a.example', of(10, '192.0.2.1'), new Error('SERVFAIL'));
  hosts.use(['a.example']);
  await pass(0);
  assert.equal(find('192.0.2.1', 'a.example'), 'one-of-them');
  say('a.example', NONE, new Error('SERVFAIL'));
  await pass(10 * MINUTE);
  assert.equal(find('192.0.2.1', 'a.example'), 'one-of-them');
  assert.deepEqual(hosts.standing(), { known: 0, stale: 1, unknown: 0 });
  await pass(DAY);
  assert.equal(find('192.0.2.1', 'a.example'), 'unknown', 'for a day');
});

test('[BR-WH-022] it is asked again after five seconds, then less and less often, at least each minute', async () => {
  const { hosts, say, pass, questions } = world();
  say('h', new Error('timeout'), new Error('timeout'));
  hosts.use(['h']);
  await pass(0);
  const counts: number[] = [];
  for (const ms of [5000, 10_000, 20_000, 40_000, MINUTE, MINUTE]) {
    await pass(ms - 1);
    const before = questions.length;
    await pass(1);
    counts.push(questions.length - before);
  }
  assert.deepEqual(counts, [1, 1, 1, 1, 1, 1]);
  assert.equal(questions.length, 7);
});

test('[BR-WH-022] of several names one suffices; that another is unknown refuses nobody for good', async () => {
  const { hosts, say, find, pass } = world();
  say('a', of(60, '192.0.2.1'));
  say('b', null);
  hosts.use(['a', 'b']);
  await pass(0);
  assert.equal(find('192.0.2.1', 'b', 'a'), 'one-of-them');
  assert.equal(find('192.0.2.2', 'b', 'a'), 'unknown');
  assert.equal(find('192.0.2.2', 'a'), 'none-of-them');
});

test('[BR-WH-022] a name that no source declares any more is forgotten, also while it is asked for', async () => {
  const { hosts, clock, say, find, pass, questions } = world();
  say('a', of(60, '192.0.2.1'));
  say('b', of(60, '192.0.2.2'));
  hosts.use(['a', 'b']);
  hosts.use(['a']);
  await pass(0);
  assert.equal(find('192.0.2.2', 'b'), 'unknown');
  hosts.use(['a', 'b']);
  await pass(0);
  assert.deepEqual(questions, ['a', 'b', 'b'], 'what stays declared is not asked for anew');
  hosts.close();
  assert.deepEqual([clock.pending, find('192.0.2.1', 'a')], [0, 'unknown']);
  await pass(DAY);
  assert.equal(questions.length, 3);
});

test('[BR-WH-022] not more than sixteen names are asked for at a time, and an answer of too many addresses is none', async () => {
  const { hosts, say, find, pass, questions, lines } = world();
  const names = Array.from({ length: 40 }, (_, i) => `h${i}`);
  for (const name of names.slice(0, 16)) say(name, null);
  hosts.use(names);
  await pass(0);
  assert.equal(questions.length, 16);
  const crowd = world();
  crowd.say('crowd', of(60, ...Array.from({ length: 257 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)));
  crowd.hosts.use(['crowd']);
  await crowd.pass(0);
  assert.equal(crowd.find('10.0.0.1', 'crowd'), 'unknown');
  assert.match(crowd.lines.join(), /it has 257 addresses; allowed: 256/);
  assert.deepEqual([find('192.0.2.1', 'h0'), lines], ['unknown', []]);
});

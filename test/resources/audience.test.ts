import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BEFORE_ALL } from '../../alert/audience.ts';
import { addressFault, channelSchemas } from '../../channels/registry.ts';
import { loadResources } from '../../resources/load.ts';
import { addresses } from '../support/audience.ts';
import { atEnd } from '../support/leaks.ts';

const CHANNEL = `apiVersion: herald/v1
kind: Channel
metadata: { name: mail }
spec: { type: email, host: mail.example.org, from: herald@example.org }
---
`;

function folder(spec: string, files: Readonly<Record<string, string | Buffer>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'herald-audience-'));
  atEnd(() => rmSync(dir, { recursive: true }));
  const audience = `apiVersion: herald/v1\nkind: Audience\nmetadata: { name: customers }\nspec: ${spec}\n`;
  writeFileSync(join(dir, 'a.yaml'), CHANNEL + audience);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  return dir;
}

const load = (dir: string) => loadResources(dir, { channelTypes: channelSchemas, addressFault });

async function audienceIn(spec: string, files: Readonly<Record<string, string | Buffer>>) {
  const loaded = await load(folder(spec, files));
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const audience = loaded.set.policy.directory.audience('default', 'customers');
  assert.ok(audience !== null);
  return audience;
}

/** `file:line message` of each problem. */
async function problemsOf(spec: string, files: Readonly<Record<string, string | Buffer>>): Promise<string[]> {
  const dir = folder(spec, files);
  const loaded = await load(dir);
  assert.ok(!loaded.ok);
  return loaded.problems.map(({ file, line, message }) => `${file.slice(dir.length + 1)}:${line} ${message}`);
}

const LINES = '{ channel: channel/mail, file: list.txt }';
const CSV = '{ channel: channel/mail, file: list.csv }';

test('[BR-SCALE-008] an address a line, with comments, empty lines, a mark of the order of bytes and line ends of Windows', async () => {
  const audience = await audienceIn(LINES, {
    'list.txt': '\ufeff# ours\r\na@example.org\r\n\r\n  b@example.org \r\nc@example.org',
  });
  assert.equal(audience.size, 3);
  assert.equal(audience.channel, 'mail');
  const { members, last } = audience.chunk(BEFORE_ALL, 10);
  assert.deepEqual(members.map(({ address }) => address).sort(), ['a@example.org', 'b@example.org', 'c@example.org']);
  assert.equal(last, true);
  assert.deepEqual([audience.has('A@example.org'), audience.has('d@example.org')], [true, false]);
});

test('[BR-SCALE-008] a CSV has its columns by their headings, in any order, with others beside them', async () => {
  const content =
    'id,"E-Mail",full name,lang,zone\n1,a@example.org,"Muster, ""Max""",de,Europe/Berlin\n2,b@example.org,,,\n';
  const columns = '{ address: E-Mail, name: full name, language: lang, timeZone: zone }';
  const audience = await audienceIn(`{ channel: channel/mail, file: list.csv, columns: ${columns} }`, {
    'list.csv': content,
  });
  const { members } = audience.chunk(BEFORE_ALL, 10);
  assert.deepEqual(
    members.toSorted((a, b) => (a.address < b.address ? -1 : 1)),
    [
      { address: 'a@example.org', name: 'Muster, "Max"', language: 'de', timeZone: 'Europe/Berlin' },
      { address: 'b@example.org' },
    ],
  );
});

test('[BR-SCALE-008] chunks hold everybody once, whatever their size', async () => {
  const list = addresses(5000);
  const audience = await audienceIn(LINES, { 'list.txt': list.join('\n') });
  for (const most of [1, 7, 500, 10_000]) {
    const found: string[] = [];
    let after = BEFORE_ALL;
    for (;;) {
      const { members, through, last } = audience.chunk(after, most);
      found.push(...members.map(({ address }) => address));
      assert.ok(last || through > after);
      after = through;
      if (last) break;
    }
    assert.equal(found.length, list.length);
    assert.deepEqual(new Set(found), new Set(list));
  }
});

test('[BR-QUAL-003] what is wrong with a list is said with its line', async () => {
  const lines = 'a@example.org\nno address\nb@example.org\nA@EXAMPLE.ORG\nc@\n';
  assert.deepEqual(await problemsOf(LINES, { 'list.txt': lines }), [
    'list.txt:2 has the address "no address"; allowed: 1 to 320 characters without blanks',
    'list.txt:5 has the address "c@", which is no mail address; allowed: NAME@DOMAIN',
  ]);
  assert.deepEqual(await problemsOf(LINES, { 'list.txt': 'a@example.org\nb@example.org\nA@example.ORG\n' }), [
    'list.txt:3 has the address of line 1; allowed: each address once, whatever its case',
  ]);
  const csv =
    'address,language,timeZone\na@example.org,de\n"b@example.org,de,\nc@example.org,german!,\nd@example.org,de,Berlin\n';
  assert.deepEqual(await problemsOf(CSV, { 'list.csv': csv }), [
    'list.csv:2 has 2 fields; allowed: 3, as in the headings',
    'list.csv:3 has a quote that does not close on its line',
    'list.csv:4 has the language "german!"; allowed: a language tag such as en or pt-BR',
    'list.csv:5 has the time zone "Berlin"; allowed: a zone of the IANA database such as Europe/Berlin',
  ]);
  const [heading] = await problemsOf(CSV, { 'list.csv': 'adress,name\n' });
  assert.match(heading!, /^list\.csv:1 has no column "address".*did you mean "?adress/);
  const [bytes] = await problemsOf(LINES, { 'list.txt': Buffer.from([0x61, 0x40, 0x62, 0x0a, 0xff, 0x0a]) });
  assert.equal(bytes, 'list.txt:2 is not UTF-8; save it as UTF-8');
});

test('[BR-QUAL-003] what is wrong with the declaration is said where it stands', async () => {
  assert.match((await problemsOf(LINES, {}))[0]!, /^a\.yaml:9 is "list\.txt", which cannot be read \(ENOENT\)/);
  assert.match(
    (await problemsOf(LINES, { 'list.txt': '# none yet\n' }))[0]!,
    /holds no address; allowed: at least one/,
  );
  const spec = '{ channel: channel/mial, file: list.txt, columns: { address: x } }';
  const said = await problemsOf(spec, { 'list.txt': 'a@example.org\n' });
  assert.match(said[0]!, /is "channel\/mial", but tenant default has no such Channel/);
  assert.match(said[1]!, /are given, but list\.txt is no CSV/);
});

test('[BR-SCALE-008] a changed list is a changed policy, an unchanged one is not', async () => {
  const dir = folder(LINES, { 'list.txt': 'a@example.org\n' });
  const first = await load(dir);
  writeFileSync(join(dir, 'list.txt'), 'a@example.org\nb@example.org\n');
  const second = await load(dir);
  const third = await load(dir);
  assert.ok(first.ok && second.ok && third.ok);
  assert.notEqual(first.fingerprint, second.fingerprint);
  assert.notEqual(first.set.policy.hash, second.set.policy.hash);
  assert.equal(second.set.policy.hash, third.set.policy.hash);
  assert.equal(second.set.policy.directory.audience('default', 'customers')?.size, 2);
  assert.ok(
    second.directories.some((one) => one.endsWith(dir.split('/').at(-1)!)),
    'its folder is watched',
  );
});

test('[BR-SCALE-008, BR-NOT-015] a million recipients are read without standing still for long, into little more than their file', async () => {
  const dir = folder(LINES, { 'list.txt': addresses(1_000_000).join('\n') });
  let longest = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  atEnd(() => clearInterval(beat));
  const loaded = await load(dir);
  clearInterval(beat);
  assert.ok(loaded.ok);
  const audience = loaded.set.policy.directory.audience('default', 'customers')!;
  assert.equal(audience.size, 1_000_000);
  assert.ok(longest < 3000, `the event loop stood still for ${Math.round(longest)} ms`);
  const begun = performance.now();
  for (let i = 0; i < 1000; i++) audience.chunk(i * 4_000_000, 10);
  assert.ok(performance.now() - begun < 2000, 'a chunk in the middle costs what it holds');
});

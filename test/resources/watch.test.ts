import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ResourceSet } from '../../resources/compile.ts';
import { loadResources } from '../../resources/load.ts';
import type { ProblemList } from '../../resources/problem.ts';
import { ResourceWatch } from '../../resources/watch.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';
import { channelTypes, consoleChannel, type Files, resource, tempConfig, writeFiles } from './temp-config.ts';

/** Watches `dir` and remembers what it is handed; each look at the results moves the clock past the debounce. */
async function watching(dir: string) {
  const clock = new FakeClock();
  const sets: ResourceSet[] = [];
  const refusals: ProblemList[] = [];
  let looks = 0;
  const options = {
    channelTypes,
    checkChannel() {
      looks++;
      return null;
    },
    env: {},
    clock,
    log: silentLog,
    onLoaded: (set: ResourceSet) => sets.push(set),
    onRefused: (problems: ProblemList) => refusals.push(problems),
  };
  const watch = new ResourceWatch(dir, await loadResources(dir, options), options);
  atEnd(() => watch.close());
  const eventually = (what: string, condition: () => boolean) =>
    until(what, () => {
      clock.advance(20_000);
      return condition();
    });
  return { watch, clock, sets, refusals, eventually, looks: () => looks };
}

const good = (names: string[]): Files => ({
  'a.yaml': names.map((name) => resource('Channel', name, 'type: console')).join(''),
});

test('[BR-CFG-001] [BR-CFG-002] a good change is handed on, a bad one is not but says why, and the next good one is', async () => {
  const dir = tempConfig(good(['one']));
  const { sets, refusals, eventually } = await watching(dir);
  writeFiles(dir, good(['one', 'two']));
  await eventually('the new set', () => sets.length === 1);
  assert.deepEqual([...sets[0]!.channels.keys()], ['default/one', 'default/two']);
  writeFiles(dir, { 'a.yaml': 'kind: [' });
  await eventually('the problems', () => refusals.length === 1);
  assert.equal(refusals[0]!.problems[0]!.file, join(dir, 'a.yaml'));
  assert.equal(sets.length, 1);
  writeFiles(dir, good(['three']));
  await eventually('the repaired set', () => sets.length === 2);
  assert.deepEqual([...sets[1]!.channels.keys()], ['default/three']);
});

test('[BR-CFG-001] files in directories that come later are seen, and a file that goes too', async () => {
  const dir = tempConfig(good(['one']));
  const { sets, eventually } = await watching(dir);
  writeFiles(dir, { 'team/x.yaml': resource('Channel', 'x', 'type: console') });
  await eventually('the new directory', () => sets.at(-1)?.channels.size === 2);
  writeFiles(dir, { 'team/y.yml': resource('Channel', 'y', 'type: console') });
  await eventually('a file in the new directory', () => sets.at(-1)?.channels.size === 3);
  unlinkSync(join(dir, 'team/x.yaml'));
  await eventually('the file is gone', () => sets.at(-1)?.channels.has('default/x') === false);
});

test('[BR-CFG-001] the swapped link of a ConfigMap is a change', async () => {
  const dir = tempConfig({ '..1/a.yaml': consoleChannel(), '..2/a.yaml': good(['two'])['a.yaml']! });
  symlinkSync('..1', join(dir, '..data'));
  symlinkSync('..data/a.yaml', join(dir, 'a.yaml'));
  const { sets, eventually } = await watching(dir);
  symlinkSync('..2', join(dir, '..data_tmp'));
  renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
  await eventually('the other version', () => sets.at(-1)?.channels.has('default/two') === true);
});

test('[BR-CFG-001] a directory that is taken away and put back, or is itself a link that moves, is followed', async () => {
  const base = tempConfig({ 'v1/a.yaml': good(['one'])['a.yaml']!, 'v2/a.yaml': good(['two'])['a.yaml']! });
  const dir = join(base, 'current');
  symlinkSync('v1', dir);
  const { sets, refusals, eventually } = await watching(dir);
  symlinkSync('v2', join(base, 'next'));
  renameSync(join(base, 'next'), dir);
  await eventually('the other directory', () => sets.at(-1)?.channels.has('default/two') === true);
  rmSync(dir);
  await eventually('the missing directory', () => refusals.length === 1);
  assert.match(refusals[0]!.problems[0]!.message, /does not exist/);
  mkdirSync(dir);
  writeFiles(dir, good(['three']));
  await eventually('the directory made anew', () => sets.at(-1)?.channels.has('default/three') === true);
});

const guarded = (file: string) =>
  consoleChannel() + resource('Source', 's', `format: herald\nauth: { type: bearer, token: { file: ${file} } }`);

const tokenOf = (set: ResourceSet | undefined) => {
  const auth = set?.sources.get('s')?.auth;
  return auth?.type === 'bearer' ? auth.tokens[0] : null;
};

for (const [where, secret, put] of [
  ['of a folder elsewhere', '../secrets/token', null],
  ['in the directory above', '../token', null],
  [
    'that is a link to a folder elsewhere',
    'token',
    (base: string) => symlinkSync('../secrets/token', `${base}/config/token`),
  ],
] as const) {
  test(`[BR-SEC-005] a secret file ${where} is taken up when it is rotated, and when another is put in its place`, async () => {
    const base = tempConfig({ 'secrets/token': 'one', token: 'one', 'config/a.yaml': guarded(secret) });
    put?.(base);
    const { sets, eventually, looks } = await watching(join(base, 'config'));
    // What changes before it would be found without an event.
    await eventually('the look after the start', () => looks() === 2);
    const file = realpathSync(join(base, 'config', secret));
    writeFileSync(file, 'two');
    await eventually('the new token', () => tokenOf(sets.at(-1)) === 'two');
    writeFileSync(`${file}.next`, 'three');
    renameSync(`${file}.next`, file);
    await eventually('the one put in its place', () => tokenOf(sets.at(-1)) === 'three');
  });
}

test('[BR-CFG-001] what changed between the first load and the watch is not lost', async () => {
  const dir = tempConfig(good(['one']));
  const clock = new FakeClock();
  const sets: ResourceSet[] = [];
  const options = {
    channelTypes,
    env: {},
    clock,
    log: silentLog,
    onLoaded: (set: ResourceSet) => sets.push(set),
    onRefused() {},
  };
  const first = await loadResources(dir, options);
  writeFiles(dir, good(['two']));
  const watch = new ResourceWatch(dir, first, options);
  atEnd(() => watch.close());
  await until('the later content', () => {
    clock.advance(1000);
    return sets.length === 1;
  });
  assert.ok(sets[0]!.channels.has('default/two'));
});

test('a touched file with the same content is no change', async () => {
  const dir = tempConfig(good(['one']));
  const { sets, refusals, eventually, looks } = await watching(dir);
  await eventually('the look after the start', () => looks() === 2);
  writeFiles(dir, good(['one']));
  await eventually('another look', () => looks() > 2);
  assert.deepEqual([sets.length, refusals.length], [0, 0]);
});

test('nothing is handed on after the end, and no timer stays', async () => {
  const dir = tempConfig(good(['one']));
  const { watch, clock, sets, refusals } = await watching(dir);
  writeFiles(dir, good(['two']));
  clock.advance(1000);
  await watch.close();
  await clock.advanceAndSettle(60_000);
  assert.deepEqual([sets.length, refusals.length, clock.pending], [0, 0, 0]);
});

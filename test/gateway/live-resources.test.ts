/** Changed resources on their way to being in force: what loses production is not, unless somebody says that it is meant. */

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { QueryFailed } from '../../archive/ask.ts';
import { ASK_AGAIN, openResources } from '../../gateway/live-resources.ts';
import { MOST_LOSSES } from '../../gateway/production-guard.ts';
import { DEBOUNCE } from '../../resources/watch.ts';
import { resource, tempConfig, writeFiles } from '../resources/temp-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';

const CHANNEL = resource('Channel', 'console', 'type: console');
const policy = (environments: string, rest = '') =>
  CHANNEL + resource('EnvironmentPolicy', 'main', `${rest}environments: [${environments}]`);
const PRODUCTION = "{ name: production, patterns: ['-prod$'] }";
const FIRST = policy(`${PRODUCTION}, { name: staging, patterns: ['-stg$'] }`);
/** Takes `shop`, which the default makes production, to staging. */
const SHOP_LOST = `${PRODUCTION}, { name: staging, patterns: ['-stg$', '^shop'] }`;

interface Seen {
  readonly namespace: string;
  readonly environment: string;
  readonly placement?: { id: string; environment: string; because: string } | null;
}

interface Line {
  readonly event?: string;
}

/** Resources of a folder, with an archive that a test plays. */
async function opened(yaml: string, seen: readonly Seen[]) {
  const dir = tempConfig({ 'all.yaml': yaml });
  const clock = new FakeClock();
  const lines: Line[] = [];
  const note = (fields: object) => void lines.push(fields as Line);
  const log = { debug: () => {}, info: note, warn: note, error: note, child: () => log };
  const archive = { isThere: true, asked: [] as string[] };
  const query = async (name: string, params: Readonly<Record<string, unknown>>) => {
    archive.asked.push(name);
    if (!archive.isThere) throw new QueryFailed('archive.unavailable', 'no archive is running');
    const from = Number(params.cursor ?? 0);
    const all = seen.filter(({ environment }) => (params.environment ?? environment) === environment);
    const next = from + 2 < all.length ? String(from + 2) : null;
    return { namespaces: all.slice(from, from + 2).map((one) => ({ placement: null, ...one })), next };
  };
  const context = { clock, log, stdout: new PassThrough(), externalURL: 'http://127.0.0.1' };
  const resources = await openResources(dir, context as never, query);
  atEnd(() => resources.close());
  const refusals: string[] = [];
  resources.onRefused(({ code, hash }) => void refusals.push(`${code} ${hash === null ? 'no set' : 'a set'}`));
  const events = () => lines.flatMap(({ event }) => event ?? []);
  return {
    resources,
    clock,
    archive,
    events,
    /** As the audit has them. */
    refusals,
    /** Writes the file, and lets the watch look. */
    async change(text: string) {
      writeFiles(dir, { 'all.yaml': text });
      await clock.advanceAndSettle(DEBOUNCE);
    },
    environment: (namespace: string) => resources.current().policy.profile('default', namespace).environment,
    async logged(event: string) {
      await until(`${event} to be logged`, async () => {
        await clock.advanceAndSettle(DEBOUNCE);
        return events().includes(event);
      });
    },
  };
}

const SHOP = { namespace: 'shop', environment: 'production' };
const OTHERS = ['a-prod', 'b-stg', 'c'].map((namespace) => ({ namespace, environment: 'production' }));

test('[BR-QUAL-014] [BR-QUAL-002] a change that takes a seen namespace out of production is not put in force, and says so', async () => {
  const herald = await opened(FIRST, [...OTHERS, SHOP]);
  const { hash } = herald.resources.current();
  await herald.change(policy(SHOP_LOST));
  await herald.logged('resources.production-loss');
  assert.equal(herald.resources.current().hash, hash);
  assert.equal(herald.environment('shop'), 'production');
  assert.match(herald.resources.refused(), /^1 namespace that alerts were about would leave production: default\/shop/);
  assert.match(herald.resources.refused(), /would be staging \(namespace shop matches staging pattern "\^shop"/);
  assert.match(herald.resources.refused(), /leavesProduction in the EnvironmentPolicy/);
  assert.deepEqual(herald.refusals, ['resources.production-loss a set']);

  await herald.change(FIRST);
  await herald.logged('resources.applied');
  assert.equal(herald.resources.refused(), '', 'taken back');
});

test('[BR-QUAL-014] a namespace that the policy says is meant to leave production may, and others still may not', async () => {
  const herald = await opened(FIRST, [...OTHERS, SHOP]);
  await herald.change(policy(SHOP_LOST, "leavesProduction: ['^SHOP$']\n"));
  await herald.logged('resources.applied');
  assert.equal(herald.environment('shop'), 'staging');

  const other = await opened(FIRST, [SHOP, { namespace: 'shop-eu', environment: 'production' }]);
  await other.change(policy(SHOP_LOST, "leavesProduction: ['^shop$']\n"));
  await other.logged('resources.production-loss');
  assert.match(other.resources.refused(), /^1 namespace .*default\/shop-eu/);
});

test('[BR-QUAL-014] what left production once is not asked for again, though the archive has not heard of it since', async () => {
  const herald = await opened(FIRST, [SHOP]);
  await herald.change(policy(SHOP_LOST, "leavesProduction: ['^shop$']\n"));
  await herald.logged('resources.applied');
  await herald.change(policy(`${SHOP_LOST}, { name: testing, patterns: ['-tst$'] }`));
  await until('the next change to be in force', async () => {
    await herald.clock.advanceAndSettle(DEBOUNCE);
    return herald.environment('x-tst') === 'testing';
  });
  assert.equal(herald.environment('shop'), 'staging');
});

test('[BR-QUAL-014] while the archive cannot be asked, what could lose production waits, and is in force once it answers', async () => {
  const herald = await opened(FIRST, [OTHERS[0]!]);
  herald.archive.isThere = false;
  const { hash } = herald.resources.current();
  await herald.change(policy(SHOP_LOST));
  await herald.logged('resources.waiting');
  assert.equal(herald.resources.current().hash, hash);
  assert.match(herald.resources.refused(), /waits until the archive says .*no archive is running/);
  herald.archive.isThere = true;
  await herald.clock.advanceAndSettle(ASK_AGAIN);
  await herald.logged('resources.applied');
  assert.equal(herald.environment('shop'), 'staging', 'nobody has ever seen it');
  assert.equal(herald.resources.refused(), '');
  assert.equal(herald.events().filter((event) => event === 'resources.waiting').length, 1);
});

test('[BR-CFG-001] a change that cannot touch an environment asks nobody', async () => {
  const herald = await opened(FIRST, [SHOP]);
  await until('the start to be judged', async () => {
    await herald.clock.advanceAndSettle(DEBOUNCE);
    return herald.archive.asked.length > 0;
  });
  herald.archive.isThere = false;
  const asked = herald.archive.asked.length;
  await herald.change(FIRST + resource('Channel', 'second', 'type: console'));
  await herald.logged('resources.applied');
  assert.equal(herald.archive.asked.length, asked);
});

test('[BR-QUAL-014] a newer change takes the place of one that waits', async () => {
  const herald = await opened(FIRST, [SHOP]);
  herald.archive.isThere = false;
  await herald.change(policy(SHOP_LOST));
  await herald.logged('resources.waiting');
  await herald.change(FIRST + resource('Channel', 'second', 'type: console'));
  await herald.logged('resources.applied');
  herald.archive.isThere = true;
  await herald.clock.advanceAndSettle(2 * ASK_AGAIN);
  assert.equal(herald.environment('shop'), 'production');
  assert.equal(herald.resources.refused(), '');
  assert.equal(herald.events().includes('resources.production-loss'), false);
});

test('[BR-QUAL-014] where people put a namespace, a pattern neither keeps nor moves it', async () => {
  const because = 'promotion p1, approved by ann';
  const away = { ...SHOP, environment: 'development', placement: { id: 'p1', environment: 'development', because } };
  const herald = await opened(FIRST, [away]);
  await herald.change(policy(SHOP_LOST));
  await herald.logged('resources.applied');
  assert.equal(herald.environment('shop'), 'staging');
});

test('[BR-QUAL-014] of many losses the first are named', async () => {
  const many = Array.from({ length: 30 }, (_, i) => ({ namespace: `shop-${i}`, environment: 'production' }));
  const herald = await opened(FIRST, many);
  await herald.change(policy(SHOP_LOST));
  await herald.logged('resources.production-loss');
  assert.match(
    herald.resources.refused(),
    new RegExp(`^${MOST_LOSSES} or more namespaces .*shop-0 .*\\.\\.\\.; allowed`),
  );
});

test('[BR-QUAL-014] a start takes what is declared, and says what that took out of production', async () => {
  const herald = await opened(policy(SHOP_LOST), [...OTHERS, SHOP, { namespace: 'shop-b', environment: 'staging' }]);
  await herald.logged('resources.production-lost');
  assert.equal(herald.environment('shop'), 'staging');
  assert.match(herald.resources.lost(), /^2 namespaces .*default\/shop would be staging/);
  assert.equal(herald.resources.refused(), '');
  assert.doesNotMatch(herald.resources.lost(), /shop-b/);
});

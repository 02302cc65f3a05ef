/** Plug-ins in real threads: good ones, and everything that a bad one can do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { PluginAnswer } from '../../alert/advice.ts';
import type { AskedAlert } from '../../rules/plugin.ts';
import type { PluginSpec } from '../../rules/plugin-launch.ts';
import { Plugins } from '../../rules/plugins.ts';
import { systemClock } from '../../telemetry/clock.ts';
import { type Log, silentLog } from '../../telemetry/log.ts';
import { tempConfig } from '../resources/temp-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';

const asked = (labels: Record<string, string> = { alertname: 'X' }): AskedAlert => ({
  tenant: 'default',
  labels,
  annotations: {},
  startsAt: 0,
  endsAt: null,
  generatorURL: '',
  source: 's',
  namespace: 'dev-a',
  environment: 'testing',
  priority: 'P3',
  businessUnit: null,
  owner: null,
  criticality: null,
  now: 0,
});

const moduleOf = (body: string, rest = '') =>
  `${rest}\nexport default { herald: 1, kind: 'filter', version: '1.0', filter(alert) { ${body} } };`;

interface Rig {
  readonly plugins: Plugins;
  readonly counted: string[];
  readonly warned: readonly unknown[];
  /** Until its thread has loaded its module. */
  loaded(): Promise<unknown>;
  ask(...alerts: readonly AskedAlert[]): Promise<readonly PluginAnswer[]>;
}

let files = 0;

function rig(module: string, change: Partial<PluginSpec> = {}, clock = systemClock): Rig {
  const folder = tempConfig({ [`plugin-${++files}.mjs`]: module });
  const key = 'default/p';
  const spec = {
    key,
    kind: 'filter' as const,
    module: `${folder}/plugin-${files}.mjs`,
    digest: String(files),
    timeout: 5000,
    memory: 64,
  };
  const counted: string[] = [];
  let loads = 0;
  const warned: unknown[] = [];
  const log: Log = { ...silentLog, info: () => void loads++, warn: (fields) => void warned.push(fields) };
  const answered = (_: string, result: string, alerts: number) => counted.push(`${result} ${alerts}`);
  const plugins = new Plugins({ clock, log, answered });
  plugins.use(new Map([[key, { ...spec, ...change }]]));
  atEnd(() => plugins.close());
  return {
    plugins,
    counted,
    warned,
    loaded: () => until('the module to be loaded', () => loads > 0),
    ask: (...alerts) => plugins.ask(key, alerts.length === 0 ? [asked()] : alerts),
  };
}

function problemOf(answer: PluginAnswer | undefined): string {
  return answer === undefined || answer.ok ? JSON.stringify(answer) : `${answer.code}: ${answer.detail}`;
}

test('[BR-AP-010] a plug-in answers about each alert of a batch, in their order, under its version', async () => {
  const { ask, counted } = rig(
    moduleOf("return alert.labels.n === '1' ? null : { verdict: 'drop', because: 'n ' + alert.labels.n + '\\n' };"),
  );
  const [first, second] = await ask(asked({ n: '1' }), asked({ n: '2' }));
  assert.deepEqual(first, { ok: true, version: '1.0', opinion: null });
  const opinion = { verdict: 'drop', priority: null, labels: null, because: 'n 2' };
  assert.deepEqual(second, { ok: true, version: '1.0', opinion });
  assert.deepEqual(counted, ['answered 2']);
});

test('[BR-AP-010] a throw, a promise and every answer of the wrong shape is a failure of that alert alone', async () => {
  const answers: readonly [string, RegExp][] = [
    ["throw new RangeError('boom')", /plugin.failed: RangeError: boom/],
    ['throw { toString() { throw 1 } }', /threw what cannot be named/],
    ["return Promise.reject(new Error('late'))", /promise/],
    ['return undefined', /it answers undefined/],
    ['return () => 1', /it answers function/],
    ["return 'drop'", /it answers a string; allowed: an object or null/],
    ['return { toJSON() { throw new Error("no") } }', /Error: no/],
    ["return { verdict: 'maybe' }", /verdict is "maybe"; allowed: drop, keep/],
    ["return { priority: 'P9' }", /priority is "P9"; allowed: P1/],
    ["return { labels: { environment: 'testing' } }", /allowed: .*none of them tenant, environment/],
    ['return { labels: { a: 1 } }', /labels are/],
    ["return { because: 'x', why: 1 }", /it answers with "why"; allowed: verdict/],
    ["return { because: 'x'.repeat(300000) }", /300\d+ characters/],
    ['const own = {}; own.self = own; return own', /circular/],
  ];
  const body = `switch (alert.labels.n) { ${answers.map(([code], i) => `case '${i}': { ${code} }`).join('\n')} }\nreturn null;`;
  const { ask, counted } = rig(moduleOf(body));
  const good = Array.from(answers, () => asked({ n: 'good' }));
  const given = await ask(...answers.map((_, i) => asked({ n: String(i) })), ...good);
  for (const [i, [code, expected]] of answers.entries()) assert.match(problemOf(given[i]), expected, code);
  assert.ok(given.slice(answers.length).every(({ ok }) => ok));
  assert.deepEqual(counted, [`plugin.failed ${answers.length}`, `answered ${answers.length}`]);
});

test('[BR-AP-010] [BR-ERR-011] an endless loop is ended, told as a time-out, and the next alerts are answered', async () => {
  const { ask, loaded } = rig(moduleOf("if (alert.labels.n === 'loop') for (;;); return null;"), { timeout: 400 });
  await loaded();
  const [looped, beside] = await ask(asked({ n: 'loop' }), asked({ n: 'good' }));
  assert.match(problemOf(looped), /plugin.timeout: no answer within 400 ms/);
  assert.match(problemOf(beside), /plugin.timeout/, 'its batch goes with it');
  await until('a new thread to answer', async () => (await ask(asked({ n: 'good' })))[0]?.ok);
});

test('[BR-AP-010] [BR-ERR-011] a plug-in that fills the memory loses its thread, and nobody else anything', async () => {
  const bomb = moduleOf('const all = []; for (;;) all.push(new Array(100000).fill(alert));');
  const other = rig(moduleOf("return { verdict: 'keep' };"));
  await other.loaded();
  const { ask, loaded } = rig(bomb, { memory: 16, timeout: 10_000 });
  await loaded();
  const [bombed, unharmed] = await Promise.all([ask(), other.ask()]);
  assert.match(problemOf(bombed[0]), /plugin.failed: ERR_WORKER_OUT_OF_MEMORY/);
  assert.ok(unharmed[0]?.ok);
});

test('[BR-AP-010] a plug-in that ends its thread, or throws behind its answer, is started again', async () => {
  // Surely behind its answer: at once, the end of the thread may be heard of first where others compete for the machine.
  const later = "setTimeout(() => { throw new Error('later'); }, 100);";
  const { ask, plugins, warned } = rig(
    moduleOf(`if (alert.labels.n === 'exit') process.exit(7); if (alert.labels.n === 'later') ${later} return null;`),
  );
  assert.match(problemOf((await ask(asked({ n: 'exit' })))[0]), /ended with code 7/);
  assert.ok((await ask(asked({ n: 'later' })))[0]?.ok);
  await until('it to have thrown', () => /later/.test(inspect(warned)));
  await until('a new thread to answer', async () => (await ask())[0]?.ok);
  assert.deepEqual(plugins.paused(), []);
});

test('[BR-AP-010] a module that does not load says why, and is left alone after three tries', async () => {
  for (const [module, expected] of [
    ['export default', /SyntaxError/],
    ["import 'not-there';", /not-there/],
    ['export const nothing = 1;', /its default export is no plug-in/],
    [moduleOf('').replace('herald: 1', 'herald: 2'), /herald is 2; allowed: 1/],
    [moduleOf('').replace("'filter'", "'correlator'"), /kind is correlator; its resource says filter/],
    [moduleOf('').replace("'1.0'", '1'), /version is no text/],
    ["export default { herald: 1, kind: 'filter', version: '1' };", /no function filter/],
  ] as const) {
    const problems: unknown[] = [];
    const folder = tempConfig({ 'p.mjs': module });
    const spec = {
      key: 'default/p',
      kind: 'filter' as const,
      module: `${folder}/p.mjs`,
      digest: 'd',
      timeout: 5000,
      memory: 64,
    };
    const log: Log = { ...silentLog, warn: (fields) => void problems.push(fields) };
    const plugins = new Plugins({ clock: systemClock, log, answered() {} });
    atEnd(() => plugins.close());
    plugins.use(new Map([[spec.key, spec]]));
    await until('it to be left alone', () => plugins.paused().length === 1);
    assert.match(JSON.stringify(problems[0]), expected);
    assert.equal(problems.length, 3);
    assert.match(problemOf((await plugins.ask(spec.key, [asked()]))[0]), /plugin.paused/);
  }
});

test('[BR-AP-010] a plug-in that fails three times in a row is paused, and asked again after a while', async () => {
  const clock = new FakeClock();
  const body =
    "if (globalThis.calls === undefined) globalThis.calls = 0; if (++calls <= 3) throw new Error('x'); return null;";
  const { ask, plugins, counted, loaded } = rig(moduleOf(body), {}, clock);
  await loaded();
  for (let i = 0; i < 3; i++) assert.match(problemOf((await ask())[0]), /Error: x/);
  assert.deepEqual(plugins.paused(), ['default/p']);
  assert.match(problemOf((await ask())[0]), /plugin.paused/);
  clock.advance(10_000);
  assert.deepEqual(plugins.paused(), []);
  assert.ok((await ask())[0]?.ok);
  assert.deepEqual(counted, ['plugin.failed 1', 'plugin.failed 1', 'plugin.failed 1', 'plugin.paused 1', 'answered 1']);
});

test('[BR-AP-010] who waits behind a slow batch is answered by the deadline', async () => {
  const clock = new FakeClock();
  const { ask, loaded } = rig(
    moduleOf("if (alert.labels.n === 'loop') for (;;); return null;"),
    { timeout: 100 },
    clock,
  );
  await loaded();
  const asks = Promise.all([ask(asked({ n: 'loop' })), ask(asked({ n: 'good' }))]);
  clock.advance(100);
  for (const [answer] of await asks) assert.match(problemOf(answer), /plugin.timeout/);
});

test('[BR-AP-010] a plug-in sees neither the environment nor standard output of Herald', async () => {
  const { ask } = rig(
    moduleOf('console.log("x".repeat(1e5)); return { because: String(Object.keys(process.env).length) };'),
  );
  const [answer] = await ask();
  assert.ok(answer?.ok && answer.opinion?.because === '0', problemOf(answer));
});

test('[BR-AP-010] a changed module answers anew, one that is not declared any more fails, and who waits is answered', async () => {
  const { plugins } = rig(moduleOf('for (;;);'));
  const waiting = plugins.ask('default/p', [asked()]);
  const folder = tempConfig({ 'new.mjs': moduleOf("return { because: 'new' };") });
  plugins.use(
    new Map([
      [
        'default/p',
        { key: 'default/p', kind: 'filter', module: `${folder}/new.mjs`, digest: 'n', timeout: 5000, memory: 64 },
      ],
    ]),
  );
  assert.match(problemOf((await waiting)[0]), /not declared any more/);
  const [answer] = await plugins.ask('default/p', [asked()]);
  assert.ok(answer?.ok && answer.opinion?.because === 'new');
  plugins.use(new Map());
  assert.match(problemOf((await plugins.ask('default/p', [asked()]))[0]), /not declared any more/);
});

test('[BR-AP-010] the keys of a correlator are texts of a bounded length, or nothing', async () => {
  const body = 'return { n: null, empty: "", long: "k".repeat(201), number: 7, lines: "a\\nb" }[labels.of];';
  const module = `export default { herald: 1, kind: 'correlator', version: '1.0', key({ labels }) { ${body} } };`;
  const { plugins } = rig(module, { kind: 'correlator' });
  const answers = await plugins.keys(
    'default/p',
    ['n', 'empty', 'lines', 'long', 'number'].map((of) => ({ ...asked({ of }), message: '', owner: '', node: '' })),
  );
  const [none, empty, lines, long, number] = answers;
  assert.deepEqual(
    [none, empty, lines].map((answer) => answer?.ok && answer.opinion),
    [null, null, 'a b'],
  );
  assert.ok(long?.ok === false && /201 characters; allowed: at most 200/.test(long.detail));
  assert.ok(number?.ok === false && /a number; allowed: text or null/.test(number.detail));
  assert.ok((await plugins.ask('default/p', [asked()]))[0]?.ok === false, 'it is no filter');
});

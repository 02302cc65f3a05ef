/** The metric of an alert, asked of a server that answers as Prometheus documents it, or hangs, or sends garbage. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linesIn } from '../../../channels/picture/metric-answer.ts';
import { axisTicks, metricSvg, tickLabel } from '../../../channels/picture/metric-chart.ts';
import { createPictures, type PictureResult } from '../../../channels/picture/pictures.ts';
import type { AboutMetric, MetricSource } from '../../../resources/metric-source.ts';
import { systemClock } from '../../../telemetry/clock.ts';
import { atEnd } from '../../support/leaks.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { type Answer, startReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';

const ENGLISH = { language: 'en', tag: 'en', timeZone: 'UTC' } as const;
const RULE = 'rate(errors_total{job="shop"}[5m]) > 5';
const link = `http://prom.example/graph?g0.expr=${encodeURIComponent(RULE)}&g0.tab=1`;
const LABELS = { alertname: 'Errors', namespace: 'shop-prod', job: 'shop', instance: 'a' };
const alert = anAlert({ labels: LABELS, generatorURL: link });
const told = aNotification({ alerts: [alert], createdAt: Date.parse('2026-11-23T09:00:10Z') });

const HOUR = 3600;
const END = Date.parse('2026-11-23T09:00:00Z') / 1000;

function series(metric: Record<string, string>, value: (i: number) => string) {
  return { metric, values: Array.from({ length: 121 }, (_, i) => [END - HOUR + i * 30, value(i)]) };
}

const matrix = (...result: unknown[]) => ({ status: 'success', data: { resultType: 'matrix', result } });
const json = (body: unknown, status = 200): Answer => ({ kind: 'reply', status, body: JSON.stringify(body) });
const good = json(
  matrix(
    series({ job: 'shop', instance: 'b' }, () => '1000'),
    series({ job: 'shop', instance: 'a' }, (i) => String(i / 20)),
  ),
);

interface Asked {
  readonly source?: Partial<MetricSource>;
  readonly find?: (alert: AboutMetric) => boolean;
  readonly monotonic?: () => number;
  /** Milliseconds; long, where the time is not what it is about: others keep the machine busy. */
  readonly limit?: number;
}

const LONG = 30_000;

async function asking(
  script: Answer | readonly Answer[],
  { source = {}, find = () => true, monotonic, limit = LONG }: Asked = {},
) {
  const receiver = await startReceiver({ script });
  const declared: MetricSource = {
    key: 'default/prometheus',
    url: `http://127.0.0.1:${receiver.port}/prom`,
    authorization: null,
    secrets: [],
    window: HOUR * 1000,
    allowPrivateAddresses: true,
    ...source,
  };
  const clock = monotonic === undefined ? systemClock : { ...systemClock, monotonic };
  const pictures = createPictures({ clock, find: (about) => (find(about) ? declared : null) }, limit);
  atEnd(() => pictures.close());
  return { receiver, ask: (about = told) => pictures.metric(about, ENGLISH) };
}

function detailOf(result: PictureResult): string {
  return result.kind === 'failed' ? result.detail : result.kind;
}

test('[BR-NOT-009] what the rule compares is asked of the declared address, over the window, and drawn for the series of the alert', async () => {
  const { receiver, ask } = await asking(good, { source: { authorization: 'Bearer t0ken', secrets: ['t0ken'] } });
  const result = await ask();
  assert.ok(result.kind === 'drawn', detailOf(result));
  assert.equal(result.picture.alt, 'Metric over time: from 0 to 6, 6 at last, threshold 5');
  assert.equal(result.picture.caption, RULE);
  assert.equal(result.picture.content.subarray(1, 4).toString(), 'PNG');
  const [request] = receiver.requests;
  const { pathname, searchParams } = new URL(request!.path, 'http://x');
  assert.equal(pathname, '/prom/api/v1/query_range');
  assert.deepEqual(Object.fromEntries(searchParams), {
    query: 'rate(errors_total{job="shop"}[5m])',
    start: String(END - HOUR),
    end: String(END),
    step: '30',
    timeout: '2s',
  });
  assert.equal(request!.headers.authorization, 'Bearer t0ken');
});

test('[BR-NOT-009] everybody who is told of it gets the same picture, asked for once', async () => {
  const { receiver, ask } = await asking(good);
  const results = await Promise.all([ask(), ask(), ask({ ...told, createdAt: told.createdAt + 1000 })]);
  assert.deepEqual(
    results.map(({ kind }) => kind),
    ['drawn', 'drawn', 'drawn'],
  );
  assert.equal(receiver.requests.length, 1);
});

test('[BR-NOT-009] nothing is asked where no MetricSource is for the alert, or its link holds no expression', async () => {
  const { receiver, ask } = await asking(good, { find: ({ source }) => source === 'prometheus' });
  const other = (change: Partial<typeof alert>) => ask(aNotification({ alerts: [{ ...alert, ...change }] }));
  assert.equal((await other({ source: 'stranger' })).kind, 'none');
  assert.equal(
    (await other({ source: 'prometheus', generatorURL: 'https://grafana.example/alerting/view' })).kind,
    'none',
  );
  assert.equal((await other({ source: 'prometheus', generatorURL: 'no link' })).kind, 'none');
  const far = `http://p.example/graph?g0.expr=${'a'.repeat(5000)}`;
  assert.equal((await other({ source: 'prometheus', generatorURL: far })).kind, 'none');
  assert.equal(receiver.connections, 0);
});

test('[BR-NOT-009] a server that hangs costs one message its bound, and the next ones nothing, for half a minute', async () => {
  let now = 0;
  const { receiver, ask } = await asking([{ kind: 'hang' }, good], { monotonic: () => now, limit: 5000 });
  assert.match(detailOf(await ask()), /^no picture of the metric: default\/prometheus: no answer within \d+ ms$/);
  assert.match(detailOf(await ask()), /it failed a moment ago, and is not asked now/);
  assert.equal(receiver.requests.length, 1);
  now = 31_000;
  assert.equal((await ask()).kind, 'drawn');
});

test('[BR-NOT-009] who could not be asked, for another one hangs, is asked the next time', async () => {
  const [slow, quick] = [await startReceiver({ script: { kind: 'hang' } }), await startReceiver({ script: good })];
  const of = (name: string, port: number): MetricSource => ({
    key: `default/${name}`,
    url: `http://127.0.0.1:${port}`,
    authorization: null,
    secrets: [],
    window: HOUR * 1000,
    allowPrivateAddresses: true,
  });
  const sources = { slow: of('slow', slow.port), quick: of('quick', quick.port) };
  const find = ({ source }: AboutMetric) => sources[source as keyof typeof sources];
  const pictures = createPictures({ clock: systemClock, find });
  atEnd(() => pictures.close());
  const ask = (source: string, name: string) => {
    const about = { ...alert, source, generatorURL: link.replace('errors_total', name) };
    return pictures.metric(aNotification({ alerts: [about], createdAt: told.createdAt }), ENGLISH);
  };
  // As many as are asked at once, and those that wait behind them.
  const hanging = Array.from({ length: 4 }, (_, i) => ask('slow', `a${i}`));
  const waiting = Array.from({ length: 20 }, (_, i) => ask('quick', `b${i}`));
  const results = await Promise.all([...hanging, ...waiting]);
  assert.ok(results.slice(0, 4).every(({ kind }) => kind === 'failed'));
  assert.ok(results.slice(4).some(({ kind }) => kind === 'failed'));
  // On a busy machine the thread that draws may not have started within the time of one.
  let last: PictureResult = results[0]!;
  await until(
    'the next one to be drawn',
    async () => {
      last = await ask('quick', 'c');
      return last.kind === 'drawn';
    },
    { seen: () => detailOf(last) },
  );
});

test('[BR-NOT-009] of an answer of 100 MB no more is read than the bound', async () => {
  const { receiver, ask } = await asking({ kind: 'flood', status: 200, bytes: 100 * 1024 ** 2 });
  assert.match(detailOf(await ask()), /larger than 4 MiB/);
  assert.ok(receiver.flooded < 50 * 1024 ** 2, `${receiver.flooded} bytes`);
});

const REFUSED: readonly (readonly [string, Answer, RegExp])[] = [
  ['no JSON', { kind: 'reply', status: 200, body: '<html>' }, /holds no series over time/],
  ['another JSON', json([1, 2, { data: null }]), /holds no series over time/],
  ['an instant vector', json({ data: { resultType: 'vector', result: [] } }), /holds no series over time/],
  ['an error', json({ status: 'error', error: 'parse error in t0ken' }, 400), /HTTP 400: .*parse error in \[secret\]/],
  ['a redirect', { kind: 'reply', status: 302, headers: { location: 'http://evil.example/' } }, /HTTP 302 redirects/],
  ['half an answer', { kind: 'half', status: 200, rest: 'reset' }, /broke off/],
  ['a reset', { kind: 'reset' }, /default\/prometheus: ./],
];

for (const [what, answer, detail] of REFUSED) {
  test(`[BR-NOT-009] [BR-SEC-011] ${what} is no picture, and why is said without secrets`, async () => {
    const { ask } = await asking(answer, { source: { authorization: 'Bearer t0ken', secrets: ['t0ken'] } });
    const result = await ask();
    assert.equal(result.kind, 'failed');
    assert.match(detailOf(result), detail);
  });
}

test('[BR-NOT-009] a private address is not asked unless that is allowed', async () => {
  const { receiver, ask } = await asking(good, { source: { allowPrivateAddresses: false } });
  assert.match(detailOf(await ask()), /127\.0\.0\.1.*loopback/);
  assert.equal(receiver.connections, 0);
});

test('[BR-NOT-009] no samples, or one, are no picture', async () => {
  for (const answer of [matrix(), matrix(series(LABELS, () => 'NaN')), matrix({ metric: {}, values: [[END, '1']] })]) {
    const { ask } = await asking(json(answer));
    assert.equal((await ask()).kind, 'none');
  }
});

test('[BR-NOT-009] lines are those of the alerts; the only one may hide a label that the rule sets anew', () => {
  const a = series({ instance: 'a', severity: 'x' }, () => '1');
  const b = series({ instance: 'b' }, () => '2');
  const read = (result: unknown[], labels: Record<string, string>) => {
    const answer = linesIn(matrix(...result), [labels]);
    return answer.kind === 'lines' ? answer.lines.map((samples) => samples[0]?.value) : answer.why;
  };
  assert.deepEqual(read([a, b], { instance: 'b', region: 'eu' }), [2]);
  assert.deepEqual(read([a, b], { instance: 'a', severity: 'page' }), []);
  assert.deepEqual(read([a], { instance: 'a', severity: 'page' }), [1]);
  const huge = series({ instance: 'a' }, (i) => ['1e308', '-1e308', '+Inf', 'NaN', '7'][i % 5]!);
  assert.deepEqual(read([huge], { instance: 'a' }), [7]);
});

test('[BR-NOT-009] of more samples than anybody asked for there is no picture, and none of a time that is none', () => {
  const many = { metric: {}, values: Array.from({ length: 100_000 }, (_, i) => [END + i, '1']) };
  assert.deepEqual(linesIn(matrix(many), []), {
    kind: 'unreadable',
    why: 'a series of its answer holds 100000 samples; allowed: 1000',
  });
  const late = {
    metric: {},
    values: [
      [END, '1'],
      [1e308, '2'],
      [-1e300, '3'],
    ],
  };
  assert.deepEqual(linesIn(matrix(late), []), { kind: 'lines', lines: [[{ at: END * 1000, value: 1 }]] });
});

test('whatever is answered, it is read or refused, and never throws', () => {
  const labels = fc.dictionary(fc.string(), fc.string());
  const values = fc.array(fc.oneof(fc.tuple(fc.double(), fc.string()), fc.anything()));
  const result = fc.oneof(fc.array(fc.oneof(fc.record({ metric: labels, values }), fc.anything())), fc.anything());
  const body = fc.oneof(fc.record({ data: fc.record({ resultType: fc.constant('matrix'), result }) }), fc.anything());
  fc.assert(
    fc.property(body, fc.array(labels), (answer, alerts) => {
      const read = linesIn(answer, alerts);
      if (read.kind === 'unreadable') return;
      for (const { at, value } of read.lines.flat()) assert.ok(Number.isFinite(at) && Number.isFinite(value));
    }),
  );
});

test('[BR-NOT-009] an axis covers its values with few round ticks, each with a label of its own', () => {
  const value = fc.double({ min: -1e15, max: 1e15, noNaN: true }).map((x) => (Math.abs(x) < 1e-6 ? 0 : x));
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [least, most] = [Math.min(a, b), Math.max(a, b)];
      const ticks = axisTicks({ least, most });
      const slack = (ticks[1]! - ticks[0]!) * 1e-6;
      assert.ok(ticks[0]! <= least + slack && ticks.at(-1)! >= most - slack, `${least} ${most} ${ticks}`);
      assert.ok(ticks.length >= 2 && ticks.length <= 7, `${ticks}`);
      const labels = ticks.map((tick) => tickLabel(tick, ticks));
      assert.ok(
        labels.every((label) => /^-?[\d.]+[EPTGMkµn]?$/.test(label)),
        `${labels}`,
      );
    }),
  );
  const of = (least: number, most: number) => axisTicks({ least, most }).map((tick, _, all) => tickLabel(tick, all));
  assert.deepEqual(of(0, 11), ['0', '5', '10', '15']);
  assert.deepEqual(of(5e9, 2.1e10), ['0', '10G', '20G', '30G']);
  assert.deepEqual(of(71, 75), ['71', '72', '73', '74', '75']);
  assert.deepEqual(of(2e-6, 4e-6), ['2µ', '2.5µ', '3µ', '3.5µ', '4µ']);
  assert.deepEqual(of(0, 0), ['0', '0.5', '1']);
  assert.deepEqual(of(0, Number.MIN_VALUE), ['0', '0.5', '1']);
  assert.equal(axisTicks({ least: -1e300, most: 1e300 }).length, 5);
  assert.deepEqual(of(0, 4e200), ['0', '', '', '', ''], 'rather none than one that says something else');
  assert.deepEqual(of(0, 4e-20), ['0', '', '', '', '']);
});

test('[BR-NOT-009] nothing that a stranger wrote is in the picture, and no number that is none', () => {
  const sample = fc.record({
    at: fc.integer({ min: 0, max: HOUR }),
    value: fc.double({ noNaN: true, min: -1e300, max: 1e300 }),
  });
  const lines = fc.array(fc.array(sample, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(lines, fc.option(fc.double({ noNaN: true })), fc.string(), (given, threshold, expression) => {
      const until = END * 1000;
      const inOrder = given.map((samples) =>
        samples.map(({ at, value }) => ({ at: until - at * 1000, value })).sort((a, b) => a.at - b.at),
      );
      const metric = { lines: inOrder, threshold, expression, from: until - HOUR * 1000, until, step: 30_000 };
      const svg = metricSvg(
        metric,
        { startsAt: 0, endsAt: null },
        { timeZone: 'UTC' },
        { theme: 'dark', colour: '#c4211e' },
      );
      assert.match(svg, /^<svg [\w\s=":/.#(),<>-]*$/);
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    }),
  );
});

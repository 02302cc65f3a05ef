import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileNaming, type NamingRules, type NamingSegment } from '../../rules/naming.ts';
import '../support/leaks.ts';

function segment(name: string, change: Partial<NamingSegment> = {}): NamingSegment {
  return { name, values: [], pattern: null, environments: {}, optional: false, repeat: false, ...change };
}

const rules: NamingRules = {
  standard: 'default/names',
  separator: '-',
  maxLength: 30,
  forbidden: ['tmp'],
  exempt: ['^kube-'],
  shapes: [
    {
      name: 'service',
      environments: [],
      segments: [
        segment('team', { values: ['pay', 'shop'] }),
        segment('service', { repeat: true }),
        segment('env', { environments: { prod: 'production', dev: 'development' } }),
        segment('number', { pattern: '[0-9]{2}', optional: true }),
      ],
    },
    {
      name: 'sandbox',
      environments: ['development'],
      segments: [segment('sandbox', { values: ['sandbox'] }), segment('person')],
    },
  ],
};

const broken = (name: string, environment: 'production' | 'development', change: Partial<NamingRules> = {}) =>
  compileNaming({ ...rules, ...change })
    .violations(name, environment)
    .map(({ detail }) => detail.replace(' of NamingStandard default/names', ''));

test('[BR-AP-024] a name that has one of the shapes breaks nothing', () => {
  for (const name of ['pay-web-prod', 'shop-cart-api-v2-prod', 'pay-web-prod-01', 'pay-prod-prod'])
    assert.deepEqual(broken(name, 'production'), [], name);
  assert.deepEqual(broken('sandbox-anna', 'development'), []);
  assert.deepEqual(broken('kube-system', 'production'), [], 'exempt');
});

test('[BR-AP-024] [BR-QUAL-005] a violation names the rule, the segment, what stands there and what is allowed', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['pay-web-prd', 'shape service, segment env: pay-web-prd: is missing after "prd"; allowed: prod, dev'],
    ['pay-web', 'shape service, segment env: pay-web: is missing after "web"; allowed: prod, dev'],
    ['crm-web-prod', 'shape service, segment team: crm-web-prod: is "crm"; allowed: pay, shop'],
    ['pay-web-prod-1', 'shape service, segment env: pay-web-prod-1: is missing after "1"; allowed: prod, dev'],
    ['pay-tmp-prod', 'forbidden: pay-tmp-prod contains tmp'],
    [
      'pay-we_b-prod',
      'shape service, segment service: pay-we_b-prod: is "we_b"; allowed: lower-case letters and digits',
    ],
    ['', 'shape service, segment team: : is ""; allowed: pay, shop'],
  ];
  for (const [name, detail] of cases) assert.deepEqual(broken(name, 'production'), [detail], name);
  assert.deepEqual(broken('pay-a-very-long-service-name-prod', 'production'), [
    'maxLength: pay-a-very-long-service-name-prod has 33 characters; at most 30',
  ]);
});

test('[BR-AP-024] what a segment says of the environment must be what was decided', () => {
  assert.deepEqual(broken('pay-web-dev', 'production'), [
    'shape service, segment env: pay-web-dev: dev means development, but it is handled as production',
  ]);
  assert.deepEqual(broken('sandbox-anna', 'production'), [
    'shape sandbox, environments: sandbox-anna: is handled as production; the shape is for development',
  ]);
});

test('several broken rules are several violations; without shapes only length and words count', () => {
  assert.equal(broken('tmp-web-tmp-with-more-than-thirty', 'production').length, 4);
  assert.deepEqual(broken('whatever_it.is', 'production', { shapes: [] }), []);
});

test('[BR-PERF-025] an endless name, or one of very many segments, is judged in no time', () => {
  const repeating = Array.from({ length: 16 }, (_, i) => segment(`s${i}`, { repeat: true, optional: true }));
  const change = {
    maxLength: 253,
    shapes: [{ name: 'any', environments: [], segments: [...repeating, segment('end', { values: ['x'] })] }],
  };
  const started = performance.now();
  assert.equal(broken('a-'.repeat(126), 'production', change).length, 1);
  assert.match(broken('a'.repeat(4000), 'production', change)[0] ?? '', /4000 characters; at most 253/);
  assert.ok(performance.now() - started < 500);
});

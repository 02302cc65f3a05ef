import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LabelSet } from '../../alert/alert.ts';
import { compileRelabel, RELABEL_ACTIONS, RELABEL_DEFAULTS, type RelabelRule } from '../../rules/relabel.ts';
import '../support/leaks.ts';

function aRule(change: Partial<RelabelRule>): RelabelRule {
  return { ...RELABEL_DEFAULTS, sourceLabels: [], targetLabel: '', modulus: 1, ...change };
}

function relabel(labels: LabelSet, ...rules: Partial<RelabelRule>[]): LabelSet | null {
  let after: LabelSet | null = labels;
  for (const rule of rules) {
    const compiled = compileRelabel(aRule(rule));
    assert.ok(compiled.ok);
    after = after === null ? null : compiled.relabel(after);
  }
  return after;
}

/** Braces keep a name apart from what follows. */
const FIRST = '$'.concat('{1}');

const abc = { a: 'foo', b: 'bar', c: 'baz' };

test('[BR-AP-005] replace writes what the whole of the joined values matches, with its groups', () => {
  const sourceLabels = ['a', 'b'];
  assert.deepEqual(
    relabel(abc, { sourceLabels: ['a'], regex: 'f(.*)', targetLabel: 'd', replacement: `ch${FIRST}-ch${FIRST}` }),
    {
      ...abc,
      d: 'choo-choo',
    },
  );
  assert.deepEqual(relabel(abc, { sourceLabels, regex: 'foo;b(?P<rest>.*)', targetLabel: 'd', replacement: '$rest' }), {
    ...abc,
    d: 'ar',
  });
  assert.deepEqual(relabel(abc, { sourceLabels, separator: '/', targetLabel: 'd' }), { ...abc, d: 'foo/bar' });
  assert.deepEqual(relabel(abc, { sourceLabels: ['a'], regex: 'fo', targetLabel: 'd' }), abc, 'anchored');
  assert.deepEqual(relabel(abc, { targetLabel: 'd', replacement: 'static' }), { ...abc, d: 'static' });
  assert.deepEqual(relabel({ a: 'x\ny' }, { sourceLabels: ['a'], targetLabel: 'd' }), { a: 'x\ny', d: 'x\ny' });
});

test('[BR-AP-005] an empty result takes the label away; a name that is none changes nothing', () => {
  assert.deepEqual(relabel(abc, { sourceLabels: ['a'], regex: '(f).*', targetLabel: 'b', replacement: '$2' }), {
    a: 'foo',
    c: 'baz',
  });
  assert.deepEqual(relabel(abc, { targetLabel: 'c', replacement: '' }), { a: 'foo', b: 'bar' });
  assert.deepEqual(
    relabel(
      { a: 'some-name-value' },
      { sourceLabels: ['a'], regex: 'some-([^-]+)-([^,]+)', targetLabel: FIRST, replacement: '$2' },
    ),
    {
      a: 'some-name-value',
      name: 'value',
    },
  );
  assert.equal(relabel(abc, { sourceLabels: ['a'], targetLabel: `0${FIRST}`, replacement: 'x' }), abc);
  assert.equal(relabel(abc, { sourceLabels: ['a'], targetLabel: '__proto__', replacement: 'x' }), abc);
});

test('a group is named as in Go: as long as it can be, $$ is a dollar, and what is no group is empty', () => {
  const expanded = (replacement: string) =>
    relabel({ a: 'foo' }, { sourceLabels: ['a'], regex: '(f)(oo)', targetLabel: 'd', replacement })?.d;
  assert.equal(expanded('$1x'), undefined);
  assert.equal(expanded(`${FIRST}x`), 'fx');
  assert.equal(expanded('$$1-$2'), '$1-oo');
  assert.equal(expanded('$3-$01-$-${'), '--$-${');
});

test('[BR-AP-005] keep, drop, keepequal and dropequal say whether the alert stays', () => {
  assert.equal(relabel(abc, { action: 'drop', sourceLabels: ['a'], regex: '.*o.*' }), null);
  assert.equal(relabel(abc, { action: 'drop', sourceLabels: ['a'], regex: 'f' }), abc);
  assert.equal(relabel(abc, { action: 'keep', sourceLabels: ['a'], regex: 'no-match' }), null);
  assert.equal(relabel(abc, { action: 'keep', sourceLabels: ['a', 'b'], regex: 'foo;bar' }), abc);
  const ports = { port: '80', other: '80', none: '' };
  assert.equal(relabel(ports, { action: 'keepequal', sourceLabels: ['port'], targetLabel: 'other' }), ports);
  assert.equal(relabel(abc, { action: 'keepequal', sourceLabels: ['a'], targetLabel: 'b' }), null);
  assert.equal(relabel(ports, { action: 'dropequal', sourceLabels: ['port'], targetLabel: 'other' }), null);
  assert.equal(relabel(abc, { action: 'dropequal', sourceLabels: ['x'], targetLabel: 'y' }), null, 'both are missing');
});

test('[BR-AP-005] hashmod gives the shards that Prometheus gives', () => {
  const sharded = (c: string) =>
    relabel({ c }, { action: 'hashmod', sourceLabels: ['c'], targetLabel: 'd', modulus: 1000 })?.d;
  assert.equal(sharded('baz'), '976');
  assert.equal(sharded('foo\nbar'), '734');
});

test('[BR-AP-005] labelmap, labeldrop and labelkeep go by the names', () => {
  const labels = { a: 'foo', b1: 'bar', b2: 'baz' };
  assert.deepEqual(relabel(labels, { action: 'labelmap', regex: '(b.*)', replacement: 'bar_$1' }), {
    ...labels,
    bar_b1: 'bar',
    bar_b2: 'baz',
  });
  assert.deepEqual(
    relabel({ __meta_my_bar: 'aaa' }, { action: 'labelmap', regex: '__meta_(my.*)', replacement: '$1' }),
    {
      __meta_my_bar: 'aaa',
      my_bar: 'aaa',
    },
  );
  assert.deepEqual(relabel(labels, { action: 'labeldrop', regex: 'b.*' }), { a: 'foo' });
  assert.deepEqual(relabel(labels, { action: 'labelkeep', regex: 'b.*' }), { b1: 'bar', b2: 'baz' });
});

test('[BR-AP-005] lowercase and uppercase map each letter by itself', () => {
  const cased = (action: 'lowercase' | 'uppercase', a: string) =>
    relabel({ a }, { action, sourceLabels: ['a'], targetLabel: 'd' })?.d;
  assert.equal(cased('lowercase', 'MiXeD-42'), 'mixed-42');
  assert.equal(cased('uppercase', 'bar123Foo'), 'BAR123FOO');
  assert.equal(cased('uppercase', 'straße'), 'STRAßE');
});

test('a regular expression that RE2 refuses is told', () => {
  const compiled = compileRelabel(aRule({ regex: '(?=a)' }));
  assert.match(compiled.ok ? '' : compiled.message, /invalid perl operator/);
});

/** The documentation, word by word, for patterns and templates that mean the same to JavaScript. */
function oracle(rule: RelabelRule, labels: LabelSet): LabelSet | null {
  const source = rule.sourceLabels.map((name) => labels[name] ?? '').join(rule.separator);
  const whole = new RegExp(`^(?:${rule.regex})$`, 's');
  const expanded = (text: string) => rule.replacement.replaceAll('$1', () => whole.exec(text)?.[1] ?? '');
  const put = (into: LabelSet, name: string, value: string) =>
    Object.fromEntries(Object.entries({ ...into, [name]: value }).filter(([, one]) => one !== ''));
  const named = (keep: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(labels).filter(([name]) => keep(name)));
  switch (rule.action) {
    case 'replace':
      return whole.test(source) ? put(labels, rule.targetLabel, expanded(source)) : labels;
    case 'keep':
      return whole.test(source) ? labels : null;
    case 'drop':
      return whole.test(source) ? null : labels;
    case 'keepequal':
      return (labels[rule.targetLabel] ?? '') === source ? labels : null;
    case 'dropequal':
      return (labels[rule.targetLabel] ?? '') === source ? null : labels;
    case 'lowercase':
      return put(labels, rule.targetLabel, source.toLowerCase());
    case 'uppercase':
      return put(labels, rule.targetLabel, source.toUpperCase());
    case 'hashmod': {
      const md5 = createHash('md5').update(source).digest('hex');
      return put(labels, rule.targetLabel, String(BigInt(`0x${md5.slice(16)}`) % BigInt(rule.modulus)));
    }
    case 'labelmap':
      return Object.entries(labels).reduce<LabelSet>(
        (into, [name, value]) => (whole.test(name) ? put(into, expanded(name), value) : into),
        labels,
      );
    case 'labeldrop':
      return named((name) => !whole.test(name));
    case 'labelkeep':
      return named((name) => whole.test(name));
    default:
      return rule.action satisfies never;
  }
}

test('[BR-AP-005] relabelling does what the documentation of Prometheus says, for all actions and labels', () => {
  const name = fc.constantFrom('a', 'b', 'ab', 'abc');
  const value = fc.stringMatching(/^[abAB;\n]{0,4}$/);
  const anyRule = fc.record({
    action: fc.constantFrom(...RELABEL_ACTIONS),
    sourceLabels: fc.uniqueArray(name, { maxLength: 3 }),
    separator: fc.constantFrom(';', '', '-'),
    regex: fc.constantFrom('(.*)', 'a(b*)', '(a|b)(.*)', '()a.', '', '(.+)', 'ab'),
    modulus: fc.integer({ min: 1, max: 50 }),
    targetLabel: name,
    replacement: fc.constantFrom('$1', 'x', 'p_$1', ''),
  });
  const anyLabels = fc.dictionary(
    name,
    value.filter((text) => text !== ''),
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(anyRule, anyLabels, (drawn, labels) => {
      // A name that is none is a case of its own, above.
      const rule = drawn.action === 'labelmap' ? { ...drawn, replacement: 'p_$1', regex: '(a.*)' } : drawn;
      const before = structuredClone(labels);
      const result = relabel(labels, rule);
      assert.deepEqual(result, oracle(rule, labels));
      assert.deepEqual(labels, before, 'nothing is changed in place');
    }),
    { numRuns: 2000 },
  );
});

test('[BR-AP-005] labelmap maps the names of before one after the other, as if each were copied in turn', () => {
  const name = fc.constantFrom('a', 'b', 'x_a', 'x_b', 'x_x_a', 'y_a');
  const labelSet = fc.dictionary(name, fc.constantFrom('1', '2', '3'), { noNullPrototype: true });
  fc.assert(
    fc.property(
      labelSet,
      fc.constantFrom('x_(.*)', '(.)_a', '(a|b)', '.*'),
      fc.constantFrom('$1', 'z', 'x_$1'),
      (labels, regex, replacement) => {
        const expected: Record<string, string> = { ...labels };
        for (const [from, value] of Object.entries(labels)) {
          const match = new RegExp(`^(?:${regex})$`).exec(from);
          if (match !== null) expected[replacement.replace('$1', () => match[1] ?? '')] = value;
        }
        assert.deepEqual(relabel(labels, { action: 'labelmap', regex, replacement }), expected);
      },
    ),
  );
});

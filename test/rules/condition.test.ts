import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ExpressionType, expressionCompiler, LONGEST_EXPRESSION } from '../../rules/condition.ts';
import '../support/leaks.ts';

const compiler = expressionCompiler({
  types: {
    labels: 'map<string, string>',
    environment: 'string',
    now: 'google.protobuf.Timestamp',
    endsAt: 'dyn',
    body: 'dyn',
  },
  texts: ['labels'],
  steps: 1000,
});

const facts = {
  labels: { alertname: 'DiskFull', team: 'db', pattern: '^d.$' },
  environment: 'staging',
  now: new Date('2026-11-23T10:00:00Z'),
  endsAt: null,
  body: { items: [{ a: 1 }, { a: 2 }], n: 5, text: 'x' },
};

function expression(text: string, wanted: ExpressionType = 'bool') {
  const compiled = compiler.compile(text, wanted);
  assert.ok(compiled.ok, compiled.ok ? '' : `${text}: ${compiled.message}`);
  return compiled.expression;
}

function resultOf(text: string, wanted: ExpressionType = 'bool', given: object = facts): unknown {
  const evaluated = expression(text, wanted).evaluate(given);
  assert.ok(evaluated.ok, evaluated.ok ? '' : `${text}: ${evaluated.message}`);
  return evaluated.value;
}

function refusal(text: string, wanted: ExpressionType = 'bool'): string {
  const compiled = compiler.compile(text, wanted);
  assert.ok(!compiled.ok, `${text} was taken`);
  return compiled.message;
}

test('[BR-AP-006] a condition sees labels, what Herald knows, and the time', () => {
  assert.equal(resultOf('labels.team == "db" && environment != "production"'), true);
  assert.equal(resultOf('labels["alertname"].startsWith("Disk") && size(labels) == 3'), true);
  assert.equal(resultOf('now > timestamp("2026-11-23T09:00:00Z") && endsAt == null'), true);
  assert.equal(resultOf('labels.exists(name, name.startsWith("al") && labels[name] == "DiskFull")'), true);
});

test('a label that is not there is empty, and has() tells the difference', () => {
  assert.equal(resultOf('labels.tier == "" && labels["tier"] == ""'), true);
  assert.equal(resultOf('has(labels.tier) || "tier" in labels'), false);
  assert.equal(resultOf('has(labels.team) && "team" in labels'), true);
  assert.equal(resultOf('labels.constructor == "" && labels.toString == ""'), true);
});

test('a name of the language is no trap: labels may be called anything', () => {
  const labels = JSON.parse('{"constructor":"x","__proto__":"y","hasOwnProperty":"z"}');
  assert.equal(resultOf('labels.constructor == "x" && labels["__proto__"] == "y"', 'bool', { ...facts, labels }), true);
});

test('matches() runs on RE2: bad patterns are refused, and no pattern takes longer than its text', () => {
  assert.equal(resultOf('labels.alertname.matches("^Disk(Full|Slow)$")'), true);
  assert.equal(resultOf('labels.team.matches(labels.pattern)'), true);
  assert.match(refusal('labels.team.matches("(?<=a)b")'), /"\(\?<=a\)b", which RE2 refuses: invalid perl operator/);
  assert.match(refusal(`labels.team.matches("${'a'.repeat(1001)}")`), /longer than 1000 characters/);
  const slow = { ...facts, labels: { text: `${'a'.repeat(50_000)}!`, pattern: '^(a+)+$' } };
  assert.equal(resultOf('labels.text.matches("^(a+)+$") || labels.text.matches(labels.pattern)', 'bool', slow), false);
  const bad = expression('labels.team.matches(labels.bad)').evaluate({ ...facts, labels: { bad: '(' } });
  assert.match(bad.ok ? '' : bad.message, /the pattern "\(", which RE2 refuses: missing \)/);
});

test('[BR-AP-006] what is wrong is told when it is checked: syntax, types, names, results, size', () => {
  assert.match(refusal('labels.team = "db"'), /^is wrong: unexpected character: = at character 13, "= \\"db\\""$/);
  assert.match(refusal('labels.team =='), /^is wrong: unexpected token: EOF at its end$/);
  assert.match(refusal('labels.team > 5'), /^is wrong: no such overload: string > int at character 1/);
  assert.match(
    refusal('lables.team == "db"'),
    /^is wrong: unknown variable: lables at .*; allowed: labels, environment, now/,
  );
  assert.match(refusal('namespace == "x"'), /^is wrong: reserved identifier: namespace .*; allowed: labels/);
  assert.match(refusal('labels.team.foo()'), /no matching overload for 'string\.foo\(\)'/);
  assert.match(refusal('labels.team'), /^gives string; allowed: a comparison/);
  assert.match(refusal('body.flag'), /^gives dyn; allowed: a comparison/);
  assert.match(refusal('cel.bind(x, labels.team, x + x) == ""'), /cel\.bind, which is not supported/);
  assert.match(refusal('labels.exists(environment, true)'), /names a loop's variable environment/);
  assert.match(refusal(`${'('.repeat(200)}true${')'.repeat(200)}`), /exceeded maxDepth/);
  assert.match(refusal('environment == "a" || '.repeat(180).concat('true')), /exceeded maxAstNodes/);
  assert.match(refusal(`environment == "${'x'.repeat(LONGEST_EXPRESSION)}"`), /has 4017 characters; allowed: 4000/);
});

test('evaluating gives a value or says why not, and never throws', () => {
  const messageOf = (text: string, wanted: ExpressionType = 'bool') => {
    const evaluated = expression(text, wanted).evaluate(facts);
    return evaluated.ok ? 'ok' : evaluated.message;
  };
  assert.match(messageOf('body.none == 1'), /^no such key: none at character 6/);
  assert.match(messageOf('int(labels.team) > 1'), /cannot convert to int/);
  assert.match(messageOf('now.getHours(body.text) == 1'), /^has the time zone "x"/);
  assert.match(messageOf('body.text > 5'), /no such overload/);
  assert.match(expression('environment == "x"').evaluate({}).ok ? '' : 'refused', /refused/);
});

test('what decides is enough: an error beside it does not count', () => {
  assert.equal(resultOf('environment == "staging" || body.none == 1'), true);
  assert.equal(resultOf('body.none == 1 && environment == "production"'), false);
});

test('loops have a budget per evaluation, nested or not', () => {
  const many = { ...facts, body: { items: Array.from({ length: 900 }, () => 1) } };
  assert.equal(resultOf('body.items.exists(x, x == 2)', 'bool', many), false);
  const nested = expression('body.items.exists(x, body.items.exists(y, body.items.exists(z, z == 2)))');
  const started = process.hrtime.bigint();
  const evaluated = nested.evaluate(many);
  assert.match(evaluated.ok ? '' : evaluated.message, /goes through more than 1000 items/);
  assert.ok(process.hrtime.bigint() - started < 1_000_000_000n);
  assert.equal(resultOf('body.items.exists(x, x == 2)', 'bool', many), false, 'the next evaluation has its own');
});

test('lists and maps come out of an expression as they are in JSON', () => {
  assert.deepEqual(resultOf('body.items.map(i, {"a": string(i.a), "n": body.n})', 'list'), [
    { a: '1', n: 5 },
    { a: '2', n: 5 },
  ]);
  assert.deepEqual(resultOf('[[1.0], [2.0, 3.0]].flatten()', 'list'), [1, 2, 3]);
  assert.match(refusal('labels.team', 'list'), /gives string; allowed: list/);
});

test('a condition tells what must be equal for it to be true', () => {
  const of = (text: string) => expression(text).equalities.map(({ field, values }) => `${field}: ${values.join()}`);
  assert.deepEqual(of('labels.team == "db" && "staging" == environment && size(labels) > 2'), [
    'labels.team: db',
    'environment: staging',
  ]);
  assert.deepEqual(of('labels["team"] in ["db", "web"]'), ['labels.team: db,web']);
  assert.deepEqual(of('labels.a == "1" || (labels.a == "2" && environment == "x")'), ['labels.a: 1,2']);
  assert.deepEqual(of('labels.a == "1" || environment == "x"'), []);
  assert.deepEqual(of('labels.a == "" || !(labels.a == "1")'), []);
  assert.deepEqual(of('labels.a != "1" && labels.a == environment'), []);
});

const atom = fc.constantFrom(
  'labels.a == "1"',
  'labels.a == "2"',
  'labels.b == "1"',
  '"2" == labels.b',
  'labels.a in ["1", "3"]',
  'environment == "x"',
  'labels.a != "1"',
  'labels.b.matches("^1$")',
  'int(labels.c) > 1',
);
const condition = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    atom,
    fc.tuple(tie('node'), fc.constantFrom('&&', '||'), tie('node')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('node').map((node) => `!(${node})`),
  ),
})).node;

test('a condition is never true, and never an error, where one of its equalities is not met', () => {
  const value = fc.constantFrom('1', '2', '3', '');
  fc.assert(
    fc.property(condition, value, value, fc.constantFrom('x', 'y'), (text, a, b, environment) => {
      const { equalities, evaluate } = expression(text);
      const given = { ...facts, environment, labels: { a, b } };
      const fields: Record<string, string> = { environment, 'labels.a': a, 'labels.b': b };
      const met = equalities.every(({ field, values }) => values.includes(fields[field]!));
      const evaluated = evaluate(given);
      assert.ok(met || (evaluated.ok && evaluated.value === false), text);
    }),
    { numRuns: 500 },
  );
});

test('whatever an operator writes, compiling it ends in an expression or a message', () => {
  const piece = fc.constantFrom(
    'labels',
    '.',
    'team',
    '==',
    '"x"',
    '(',
    ')',
    '[',
    ']',
    '&&',
    '!',
    '1',
    'map',
    ',',
    '?',
    ':',
    '{',
    '}',
    "'",
    '\\',
    'matches',
    'has',
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 25 }).map((parts) => parts.join('')),
    fc.string({ maxLength: 80 }),
  );
  fc.assert(
    fc.property(text, (given) => {
      const compiled = compiler.compile(given, 'any');
      if (compiled.ok) compiled.expression.evaluate(facts);
      else assert.ok(compiled.message !== '' && compiled.message.length < 450);
    }),
    { numRuns: 2000 },
  );
});

test('[BR-AP-006] hours and days in a zone are those that the clock there shows, where it changes too', () => {
  const at = (now: string) => ({ ...facts, now: new Date(now) });
  assert.equal(resultOf('now.getHours("Europe/Berlin") == 11 && now.getHours() == 10'), true);
  assert.equal(resultOf('now.getDayOfWeek("Asia/Tokyo") == 1 && now.getFullYear("Asia/Tokyo") == 2026'), true);
  assert.equal(resultOf('now.getHours("+05:30") == 15 && now.getMinutes("+05:30") == 30'), true);
  const fields =
    'now.getMonth(z) == 11 && now.getDate(z) == 31 && now.getDayOfMonth(z) == 30 && now.getDayOfYear(z) == 364';
  assert.equal(resultOf(fields.replaceAll('z', '"-01:00"'), 'bool', at('2027-01-01T00:30:00Z')), true);
  // 02:00 to 03:00 is skipped, and in October shown twice.
  assert.equal(resultOf('now.getHours("Europe/Berlin") == 1', 'bool', at('2026-03-29T00:59:59Z')), true);
  assert.equal(resultOf('now.getHours("Europe/Berlin") == 3', 'bool', at('2026-03-29T01:00:00Z')), true);
  assert.equal(resultOf('now.getHours("Europe/Berlin") == 2', 'bool', at('2026-10-25T00:30:00Z')), true);
  assert.equal(resultOf('now.getHours("Europe/Berlin") == 2', 'bool', at('2026-10-25T01:30:00Z')), true);
});

test('[BR-AP-006] an unknown zone is refused at the check; where data names it, the evaluation says so', () => {
  assert.match(refusal('now.getHours("Europe/Berlim") > 8'), /^has the time zone "Europe\/Berlim"; allowed: a zone of/);
  const named = expression('now.getHours(labels.zone) == 11');
  assert.deepEqual(named.evaluate({ ...facts, labels: { zone: 'Europe/Berlin' } }), { ok: true, value: true });
  const unknown = named.evaluate({ ...facts, labels: { zone: 'Nowhere' } });
  assert.match(unknown.ok ? '' : unknown.message, /^has the time zone "Nowhere"/);
  const noTime = expression('body.n.getHours("UTC") == 1').evaluate(facts);
  assert.match(noTime.ok ? '' : noTime.message, /something else than a time/);
});

test('lists and texts that are made on the way draw on the same budget', () => {
  const long = { ...facts, labels: { a: 'x'.repeat(900) } };
  const doubled = `[labels.a]${'.map(a, a + a)'.repeat(20)}[0].matches("y")`;
  for (const text of [
    'labels.a.split("").map(x, labels.a.split("")).flatten().size() > 1',
    'labels.a.split("").map(x, labels.a).join("") == ""',
    doubled,
  ]) {
    const evaluated = expression(text).evaluate(long);
    assert.match(evaluated.ok ? '' : evaluated.message, /(goes through|makes) more than 1000 items/, text);
  }
  assert.equal(resultOf('(labels.team + "/" + labels.alertname).split("/").join("-") == "db-DiskFull"'), true);
});

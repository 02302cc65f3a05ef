import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../support/leaks.ts';
import { problemsOf, resource, setOf } from './temp-config.ts';

/** The rule's fields start at line 6. */
async function refused(fields: string, expected: RegExp): Promise<void> {
  const rule = `rules:\n  - name: x\n${fields.replace(/^/gm, '    ')}`;
  const problems = await problemsOf({ 'a.yaml': resource('Filter', 'noise', rule) });
  assert.equal(problems.length, 1, problems.join('\n'));
  assert.match(problems[0]!, expected);
}

test('[BR-AP-006] [BR-CFG-002] a condition that is wrong is refused with its line and what to do', async () => {
  await refused(
    'action: drop\nwhen: labels.team > 5',
    /^8 spec\.rules\[0\]\.when: is "labels\.team > 5", which is wrong: no such overload: string > int/,
  );
  await refused(
    'action: drop\nwhen: severity == "x"',
    /^8 spec\.rules\[0\]\.when: .*unknown variable: severity.*allowed: labels, /,
  );
  await refused('action: drop\nwhen: labels.a', /which gives string; allowed: a comparison/);
  await refused('action: drop\nwhen: labels.a.matches("(?=x)")', /which has the pattern .* which RE2 refuses/);
  await refused('action: drop\nmatchers: ["team"]', /^8 spec\.rules\[0\]\.matchers\[0\]: is "team"/);
});

test('[BR-CFG-002] an action has the fields that it needs and no others', async () => {
  await refused('action: setPriority', /^6 spec\.rules\[0\]\.priority: is missing; the action setPriority needs it/);
  await refused('action: relabel', /^6 spec\.rules\[0\]\.relabel: is missing/);
  await refused(
    'action: keep\ndropProduction: true',
    /^8 spec\.rules\[0\]\.dropProduction: does not belong to the action keep; allowed: nothing/,
  );
  await refused(
    'action: drop\npriority: P1',
    /^8 spec\.rules\[0\]\.priority: does not belong to the action drop; allowed: dropProduction/,
  );
  await refused('action: remove', /^7 spec\.rules\[0\]\.action: is "remove".*allowed: drop, keep, setPriority/);
  await refused(
    'action: setLabels\nlabels: { priority: P1 }',
    /^8 spec\.rules\[0\]\.labels\.priority: .*use the action setPriority/,
  );
  await refused(
    'action: setLabels\nlabels: { environment: testing }',
    /is no label that a rule may set: Herald says itself/,
  );
});

test('[BR-AP-005] relabel steps are checked as Prometheus checks them', async () => {
  const step = (fields: string, expected: RegExp) => refused(`action: relabel\nrelabel: [{ ${fields} }]`, expected);
  await step('action: hashmod, targetLabel: a', /^8 spec\.rules\[0\]\.relabel\[0\]\.modulus: is missing/);
  await step('sourceLabels: [a]', /relabel\[0\]\.targetLabel: is missing; the action replace needs it/);
  await step('targetLabel: "a-b"', /targetLabel: is "a-b"; allowed: a label name/);
  await step(
    'targetLabel: environment, replacement: testing',
    /targetLabel: is "environment": Herald says itself what/,
  );
  await step(
    'action: lowercase, sourceLabels: [a], targetLabel: priority',
    /targetLabel: .*use the action setPriority/,
  );
  await step(
    'action: lowercase, targetLabel: a, replacement: x',
    /replacement: does not belong to the action lowercase/,
  );
  await step(
    'action: labeldrop, regex: a, sourceLabels: [b]',
    /sourceLabels: does not belong to the action labeldrop; allowed: regex/,
  );
  await step('action: labelmap, regex: "(.*)", replacement: "a-$1"', /replacement: is "a-\$1"/);
  await step('targetLabel: a, regex: "(?=x)"', /regex: is "\(\?=x\)", which RE2 refuses/);
  await step(
    'source_labels: [a], targetLabel: b',
    /source_labels: is not a known field \(did you mean sourceLabels\?\)/,
  );
});

test('a target label that would take a naive pattern for ever is refused at once', async () => {
  await refused(`action: relabel\nrelabel: [{ targetLabel: "$1${'a'.repeat(900)}-" }]`, /targetLabel: is /);
});

test('rules of one filter have different names', async () => {
  const rules = 'rules:\n  - { name: a, action: keep }\n  - { name: a, action: drop }';
  assert.match(
    (await problemsOf({ 'a.yaml': resource('Filter', 'f', rules) })).join(),
    /^7 spec\.rules\[1\]\.name: is "a", the name of spec\.rules\[0\] already/,
  );
});

test('the filters of a tenant are asked in the order of their names, and no other tenant is', async () => {
  const rule = (name: string, action: string) => `rules:\n  - { name: ${name}, action: ${action} }`;
  const set = await setOf({
    'a.yaml': resource('Filter', 'b', rule('drops', 'drop')) + resource('Filter', 'a', rule('keeps', 'keep')),
    'b.yaml': resource('Filter', 'a', rule('drops', 'drop'), 'other'),
  });
  const rulesOf = (tenant: string) => set.filters.get(tenant)?.rules.map(({ filter, name }) => `${filter} ${name}`);
  assert.deepEqual(rulesOf('default'), ['default/a keeps', 'default/b drops']);
  assert.deepEqual(rulesOf('other'), ['other/a drops']);
});

test('[BR-WH-018] [BR-CFG-002] a mapping that is wrong is refused with its line, and belongs to its format', async () => {
  const wrong = async (fields: string) => (await problemsOf({ 'a.yaml': resource('Source', 's', fields) })).join('\n');
  assert.match(await wrong('format: mapped'), /^\d+ spec\.mapping: is missing; the format mapped needs one/);
  assert.match(
    await wrong('format: herald\nmapping: { labels: { a: item.a } }'),
    /^6 spec\.mapping: does not belong to the format herald/,
  );
  assert.equal(
    await wrong(
      'format: mapped\nmapping:\n  alerts: body.size()\n  labels:\n    a: itm.a\n    b: "item.b.matches(\\"(\\")"',
    ),
    [
      '7 spec.mapping.alerts: is "body.size()", which gives int; allowed: list',
      '9 spec.mapping.labels.a: is "itm.a", which is wrong: unknown variable: itm at character 1, "itm.a"; allowed: body, item, index, headers, now',
      '10 spec.mapping.labels.b: is "item.b.matches(\\"(\\")", which has the pattern "(", which RE2 refuses: missing ): (; allowed: an RE2 regular expression (no look-around, no back-references)',
    ].join('\n'),
  );
  assert.match(await wrong('format: mapped\nmapping: { labels: 5 }'), /^6 spec\.mapping\.labels: is 5/);
});

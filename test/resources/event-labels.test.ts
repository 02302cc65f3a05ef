/** Extension attributes of CloudEvents that a Source declares as labels. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf, resource, setOf } from './temp-config.ts';

const source = (fields: string) => ({ 'a.yaml': resource('Source', 's', fields) });

test('[BR-INT-007] a source of CloudEvents says which attributes are labels', async () => {
  const set = await setOf(source('format: cloudevents\neventLabels: [region, cluster2]'));
  assert.deepEqual(set.sources.get('s')?.eventLabels, ['region', 'cluster2']);
});

test('[BR-CFG-002] other formats have none, nor are names of core attributes and what is no name', async () => {
  const only = async (fields: string, expected: RegExp) => {
    const problems = await problemsOf(source(fields));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0]!, expected);
  };
  await only('format: herald\neventLabels: [region]', /^6 spec\.eventLabels: does not belong to the format herald/);
  await only('format: cloudevents\neventLabels: [id]', /^6 spec\.eventLabels\[0\]: is "id", which has a meaning/);
  await only('format: cloudevents\neventLabels: [ce-region]', /^6 spec\.eventLabels\[0\]: is "ce-region"/);
  await only('format: cloudevents\neventLabels: []', /^6 spec\.eventLabels/);
  const many = Array.from({ length: 33 }, (_, i) => `x${i}`);
  await only(`format: cloudevents\neventLabels: [${many}]`, /^6 spec\.eventLabels: is .* more than 32 items/);
});

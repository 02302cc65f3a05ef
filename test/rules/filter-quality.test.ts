/** How well a filter by environment tells apart what people of several organisations use: see namespaces/. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { namespaceOf } from '../../alert/namespace.ts';
import { consoleChannel, resource, setOf } from '../resources/temp-config.ts';
import { anAlert } from '../support/notification.ts';
import { ROOT } from '../support/source-tree.ts';
import { agency } from './namespaces/agency.ts';
import { bank } from './namespaces/bank.ts';
import { labelledNames, type Organisation } from './namespaces/organisation.ts';
import { retailer } from './namespaces/retailer.ts';
import { startup } from './namespaces/startup.ts';
import { telco } from './namespaces/telco.ts';

const ORGANISATIONS: readonly Organisation[] = [bank, retailer, telco, startup, agency];
const FILTER = resource(
  'Filter',
  'quiet',
  `rules:\n  - { name: quiet, when: 'environment != "production"', action: drop }`,
);

async function judge(organisation: Organisation) {
  const resources = readFileSync(join(ROOT, 'test/rules/namespaces', organisation.resources), 'utf8');
  const { policy } = await setOf({ 'policy.yaml': resources, 'filter.yaml': FILTER, 'channel.yaml': consoleChannel() });
  return [...labelledNames(organisation)].map(({ name, environment }) => {
    const alert = anAlert({ tenant: 'default', labels: { alertname: 'X', namespace: name } });
    const profile = policy.profile('default', namespaceOf(alert.labels));
    return {
      name,
      meant: environment !== 'production',
      dropped: policy.filter({ alert, profile }, 0).dropped !== null,
    };
  });
}

test('[BR-QUAL-006] [BR-AP-023] filtering by environment drops what is meant to be dropped, and no production', async (t) => {
  const judged = (await Promise.all(ORGANISATIONS.map(judge))).flat();
  const dropped = judged.filter((one) => one.dropped);
  const meant = judged.filter((one) => one.meant);
  const right = dropped.filter((one) => one.meant);
  const precision = right.length / dropped.length;
  const recall = right.length / meant.length;
  t.diagnostic(`${judged.length} names: precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}`);
  assert.ok(judged.length >= 1000 && meant.length >= 500, `${judged.length} names, ${meant.length} to drop`);
  assert.equal(precision, 1, 'no production');
  assert.ok(recall > 0.9, `recall ${recall}`);
});

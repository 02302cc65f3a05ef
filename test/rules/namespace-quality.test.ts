/** How well names are classified and judged that people of five organisations use: see namespaces/. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { ENVIRONMENTS } from '../../alert/alert.ts';
import type { RuledProfile } from '../../rules/profile.ts';
import { consoleChannel, setOf } from '../resources/temp-config.ts';
import { ROOT } from '../support/source-tree.ts';
import { agency } from './namespaces/agency.ts';
import { bank } from './namespaces/bank.ts';
import { merged } from './namespaces/merged.ts';
import { type LabelledName, labelledNames, type Organisation } from './namespaces/organisation.ts';
import { retailer } from './namespaces/retailer.ts';
import { startup } from './namespaces/startup.ts';
import { telco } from './namespaces/telco.ts';

const WITH_STANDARD: readonly Organisation[] = [bank, retailer, telco, startup, agency];
const ORGANISATIONS: readonly Organisation[] = [...WITH_STANDARD, merged];

interface Judged extends LabelledName {
  readonly organisation: string;
  readonly profile: RuledProfile;
}

const profiles = new Map(
  await Promise.all(
    ORGANISATIONS.map(async ({ name, resources }) => {
      const text = readFileSync(join(ROOT, 'test/rules/namespaces', resources), 'utf8');
      const { profiler } = await setOf({ 'policy.yaml': text, 'channel.yaml': consoleChannel() });
      return [name, profiler('default').profile] as const;
    }),
  ),
);

function profileOf(organisation: string, name: string): RuledProfile {
  const profile = profiles.get(organisation);
  assert.ok(profile);
  return profile(name);
}

function judge(organisation: Organisation): Judged[] {
  const names = new Map([...labelledNames(organisation)].map((one) => [one.name, one]));
  return [...names.values()].map((one) => {
    return { ...one, organisation: organisation.name, profile: profileOf(organisation.name, one.name) };
  });
}

const judged = ORGANISATIONS.flatMap(judge);
const percent = (part: number, whole: number) => `${((part / whole) * 100).toFixed(2)} %`;
const shown = ({ organisation, name, environment, profile }: Judged) =>
  `${organisation}: ${name} is ${environment}, handled as ${profile.environment} (${profile.because.environment.detail})`;

test('the labelled set is large and varied, and its labels do not contradict each other', (t) => {
  assert.ok(judged.length >= 2000, `${judged.length} names`);
  assert.deepEqual([...new Set(judged.map(({ environment }) => environment))].sort(), [...ENVIRONMENTS].sort());
  for (const { name } of WITH_STANDARD) {
    const own = judged.filter((one) => one.organisation === name);
    const count = (environment: string) => own.filter((one) => one.environment === environment).length;
    assert.ok(own.length >= 200 && own.filter(({ follows }) => !follows).length >= 20, `${name}: ${own.length}`);
    t.diagnostic(
      `${name}: ${own.length} names, ${count('production')} production, ${count('staging')} staging, ` +
        `${count('testing')} testing, ${count('development')} development`,
    );
  }
});

test('[BR-QUAL-001] [BR-QUAL-003] [BR-AP-021] with policies written from the standards, more than 99 % of the names are classified right', (t) => {
  const wrong = judged.filter(({ environment, profile }) => environment !== profile.environment);
  t.diagnostic(
    `right: ${judged.length - wrong.length} of ${judged.length}, ${percent(judged.length - wrong.length, judged.length)}`,
  );
  for (const one of wrong) t.diagnostic(shown(one));
  assert.ok(wrong.length < judged.length / 100, wrong.map(shown).join('\n'));
});

test('[BR-QUAL-002] no production namespace of the set passes for something lesser', (t) => {
  const production = judged.filter(({ environment }) => environment === 'production');
  const missed = production.filter(({ profile }) => profile.environment !== 'production');
  t.diagnostic(`production missed: ${missed.length} of ${production.length}`);
  assert.deepEqual(missed.map(shown), []);
});

test('[BR-AP-024] [BR-QUAL-005] names are judged against the standard with more than 90 % precision, each with the rule it breaks', (t) => {
  const flagged = judged.filter(({ profile }) => profile.violations.length > 0);
  const right = flagged.filter(({ follows }) => !follows);
  const breaking = judged.filter(({ follows }) => !follows);
  for (const { name } of breaking.filter(({ profile }) => profile.violations.length === 0))
    t.diagnostic(`not found: ${name}`);
  t.diagnostic(
    `precision ${percent(right.length, flagged.length)} of ${flagged.length} flagged, recall ${percent(right.length, breaking.length)} of ${breaking.length}`,
  );
  const unjust = flagged
    .filter(({ follows }) => follows)
    .map(({ name, profile }) => `${name}: ${profile.violations[0]?.detail}`);
  assert.ok(right.length > flagged.length * 0.9, unjust.join('\n'));
  assert.ok(right.length > breaking.length * 0.9, 'most that break it are found');
  for (const { profile } of flagged) {
    for (const { code, detail } of profile.violations) {
      assert.equal(code, 'namespace.naming-violation');
      assert.match(detail, /^(maxLength|forbidden|shape \S+, \S+.*) of NamingStandard default\/namespaces: /);
    }
  }
});

const disguises: readonly ((name: string) => string)[] = [
  (name) => name.toUpperCase(),
  (name) => name.replaceAll('o', '\u043e'),
  (name) => name.replaceAll('p', '\u0440'),
  (name) => name.replaceAll('-', '_'),
  (name) => name.replaceAll('-', '\u2011'),
  (name) => name.replaceAll('d', 'd\u200b'),
  (name) => name.replace(/[a-z]/g, (letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0)),
  (name) => name.replaceAll('r', 'r\u0301'),
];

test('[BR-QUAL-002] production is never missed, however the name is disguised', () => {
  const production = judged.filter(({ environment }) => environment === 'production');
  fc.assert(
    fc.property(
      fc.constantFrom(...production),
      fc.array(fc.constantFrom(...disguises), { maxLength: 3 }),
      ({ name, organisation }, steps) => {
        const disguised = steps.reduce((text, disguise) => disguise(text), name);
        const profile = profileOf(organisation, disguised);
        assert.equal(profile.environment, 'production', `${disguised}: ${profile.because.environment.detail}`);
      },
    ),
    { numRuns: 2000 },
  );
});

test('[BR-QUAL-002] a policy whose default is development misses no production name either, disguised or not', async () => {
  const resources = readFileSync(join(ROOT, 'test/rules/namespaces/retailer.yaml'), 'utf8');
  const lax = resources.replace('spec:\n  environments:', 'spec:\n  default: development\n  environments:');
  const { profiler } = await setOf({ 'policy.yaml': lax, 'channel.yaml': consoleChannel() });
  const { profile } = profiler('default');
  assert.equal(profile('nothing-known').environment, 'development');
  const names: string[] = ['prd-de-search-cart', 'live-nord', 'ops-ingress', 'PRD-SE-LIVEOPS-CART'];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.array(fc.constantFrom(...disguises), { maxLength: 4 }), (name, steps) => {
      const disguised = steps.reduce((text, disguise) => disguise(text), name);
      assert.equal(profile(disguised).environment, 'production', disguised);
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesAll } from '../../alert/matcher.ts';
import type { Silence, SilenceRule } from '../../alert/silence.ts';
import { silenceList, silencesOf } from '../../alert/silence-list.ts';
import { findPatterns, readMatcher } from '../../resources/matcher.ts';
import { anAlert } from '../support/notification.ts';

const PORTS = { readMatcher, findPatterns };

function silence(id: string, matcher: string): Silence {
  const times = { startsAt: 0, endsAt: 1000 };
  return { id, tenant: 'default', matchers: [matcher], ...times, createdBy: 'ann', comment: '', broad: false };
}

/** A rule that says how often it was asked. */
function counting(id: string): SilenceRule & { asked: number } {
  const rule = {
    asked: 0,
    silence: silence(id, 'a="1"'),
    matchers: [
      {
        name: 'a',
        operator: '=' as const,
        value: '1',
        matches: (value: string) => {
          rule.asked++;
          return value === '1';
        },
      },
    ],
  };
  return rule;
}

test('an alert is asked about each silence once, however often its group is looked at', () => {
  const [first, second] = [counting('s1'), counting('s2')];
  const alert = anAlert({ labels: { a: '1' } });
  const look = (rules: readonly SilenceRule[]) =>
    silencesOf(alert, alert.labels, silenceList(rules, null, PORTS)).map((rule) => rule.silence.id);
  const declared = [first];
  assert.deepEqual([look(declared), look(declared), look([first])], [['s1'], ['s1'], ['s1']]);
  assert.deepEqual(look([first, second]), ['s1', 's2']);
  assert.deepEqual(look([second]), ['s2']);
  assert.deepEqual([first.asked, second.asked], [1, 1]);
  assert.deepEqual(look([]), []);
  const again = anAlert({ labels: { a: '1' } });
  assert.equal(silencesOf(again, again.labels, silenceList([second], null, PORTS)).length, 1);
  assert.equal(second.asked, 2, 'what joined anew may have other labels');
});

test('[BR-AP-008] remembered or not, the same silences match, through every change of them', () => {
  const change = fc.record({ id: fc.constantFrom('s1', 's2', 's3'), value: fc.constantFrom('1', '2', '[12]', '') });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const set = new Map<string, Silence>();
      const alerts = ['1', '2', '3'].map((a) => anAlert({ labels: { a } }));
      for (const { id, value } of changes) {
        if (value === '') set.delete(id);
        else set.set(id, silence(id, `a=~"${value}"`));
        const list = silenceList([], set, PORTS);
        for (const alert of alerts) {
          const found = silencesOf(alert, alert.labels, list).map((rule) => rule.silence);
          const expected = list.rules.filter(({ matchers }) => matchesAll(matchers, alert.labels));
          assert.deepEqual(new Set(found), new Set(expected.map((rule) => rule.silence)));
          assert.ok(found.every((one) => set.get(one.id) === one));
        }
      }
    }),
  );
});

test('[BR-AP-008] of many silences those are found that match, whatever their matchers ask for', () => {
  const word = fc.constantFrom('', 'a', 'b', 'ab', 'shop-1', 'shop-22', 'a\nb');
  const pattern = fc.constantFrom('', '.*', '.+', '.*a.*', 'shop-\\d+', '.*p-\\d.*', 'a|b', '[ab]+', '(?s:a.b)', 'ab?');
  const matcher = fc.oneof(
    fc.tuple(
      fc.constantFrom('x', 'y'),
      fc.constantFrom('=', '!='),
      word.filter((text) => !text.includes('\n')),
    ),
    fc.tuple(fc.constantFrom('x', 'y'), fc.constantFrom('=~', '!~'), pattern),
  );
  const texts = matcher.map(([name, operator, value]) => `${name}${operator}${JSON.stringify(value)}`);
  const many = fc.array(fc.array(texts, { minLength: 1, maxLength: 3 }), { minLength: 16, maxLength: 60 });
  fc.assert(
    fc.property(many, fc.array(fc.record({ x: word, y: word }), { minLength: 1, maxLength: 10 }), (all, alerts) => {
      const set = new Map(all.map((matchers, i) => [`s${i}`, { ...silence(`s${i}`, ''), matchers }]));
      const list = silenceList([], set, PORTS);
      assert.equal(list.rules.length, all.length, 'all of them can be read');
      for (const labels of alerts) {
        const alert = anAlert({ labels });
        const expected = list.rules.filter(({ matchers }) => matchesAll(matchers, labels));
        assert.deepEqual(silencesOf(alert, labels, list), expected);
      }
    }),
    { numRuns: 300 },
  );
});

test('two hundred silences with patterns are not asked one by one about each new alert', () => {
  let asked = 0;
  const rules = Array.from({ length: 200 }, (_, i): SilenceRule => {
    const value = `.*-${i}[ab]-.*`;
    const read = readMatcher(`pod=~"${value}"`);
    if ('problem' in read) throw new Error(read.problem);
    const matches = (text: string) => {
      if (text !== '') asked++;
      return read.matches(text);
    };
    return { silence: silence(`s${i}`, `pod=~"${value}"`), matchers: [{ ...read, matches }] };
  });
  const list = silenceList(rules, null, PORTS);
  for (let i = 0; i < 1000; i++) {
    const labels = { pod: `web-${i}a-x` };
    const found = silencesOf(anAlert({ labels }), labels, list);
    assert.deepEqual(found, i < 200 ? [rules[i]] : []);
  }
  assert.equal(asked, 200, 'only those that match');
});

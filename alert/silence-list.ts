/**
 * Which silences match an alert, remembered from one look at its group to the next. A group of which something is held is looked at
 * again at every group_interval, and may hold 10,000 alerts; of these only new ones are asked about all silences, and the others
 * about new silences. A new one is asked about those silences that an index finds for it (silence-index.ts).
 */

import type { LabelSet } from './alert.ts';
import { matchesAll } from './matcher.ts';
import type { GroupedAlert } from './notification.ts';
import type { Policy } from './policy.ts';
import { ruleOf, type Silence, type SilenceRule } from './silence.ts';
import { SilenceIndex } from './silence-index.ts';

/** All silences of a tenant, in force or not: the same object as long as they are the same. */
export interface SilenceList {
  readonly rules: readonly SilenceRule[];
  readonly members: ReadonlySet<SilenceRule>;
  readonly index: SilenceIndex;
}

const lists = new WeakMap<object, SilenceList>();

/** `declared`: the same list as long as the policy is the same. `set`: by people, at run time. */
export function silenceList(
  declared: readonly SilenceRule[],
  set: ReadonlyMap<string, Silence> | null,
  { readMatcher, findPatterns }: Pick<Policy, 'readMatcher' | 'findPatterns'>,
): SilenceList {
  const rules = [...declared];
  for (const silence of set?.values() ?? []) {
    const rule = ruleOf(silence, readMatcher);
    if (rule !== null) rules.push(rule);
  }
  const owner = set ?? declared;
  const known = lists.get(owner);
  if (known !== undefined && isSame(known.rules, rules)) return known;
  const list = { rules, members: new Set(rules), index: new SilenceIndex(rules, findPatterns) };
  lists.set(owner, list);
  return list;
}

function isSame(a: readonly SilenceRule[], b: readonly SilenceRule[]): boolean {
  return a.length === b.length && a.every((rule, i) => rule === b[i]);
}

interface Answer {
  readonly list: SilenceList;
  readonly matching: readonly SilenceRule[];
}

const answers = new WeakMap<GroupedAlert, Answer>();
const NONE: readonly SilenceRule[] = [];

/** Whenever they are in force. `labels`: those of the alert, as matchers see them. */
export function silencesOf(alert: GroupedAlert, labels: LabelSet, list: SilenceList): readonly SilenceRule[] {
  if (list.rules.length === 0) return NONE;
  const before = answers.get(alert);
  if (before?.list === list) return before.matching;
  const fresh =
    before === undefined ? list.index.candidates(labels) : list.rules.filter((rule) => !before.list.members.has(rule));
  const kept = before?.matching.filter((rule) => list.members.has(rule)) ?? NONE;
  const matching = [...kept, ...fresh.filter(({ matchers }) => matchesAll(matchers, labels))];
  answers.set(alert, { list, matching: matching.length === 0 ? NONE : matching });
  return matching;
}

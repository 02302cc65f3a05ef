/**
 * Plug-ins are asked before the round that decides: deciding is pure and at once, a plug-in may take its time and fail. Only
 * alerts whose meaning will be decided are asked about, in one batch for each plug-in, all plug-ins beside each other; the round
 * waits as long as the longest of their time-outs at most. Where nothing is to be asked there is nothing to wait for.
 */

import { type Advice, NO_ADVICE, type PluginAnswer, type PluginRule } from '../alert/advice.ts';
import { type Alert, alertKey } from '../alert/alert.ts';
import type { AlertEntry, Entry } from '../alert/entry.ts';
import { labelValue } from '../alert/label-order.ts';
import { type AlertState, isJudged } from '../alert/lifecycle.ts';
import { type NamespaceProfile, namespaceOf, profileLabels } from '../alert/namespace.ts';
import type { Policy } from '../alert/policy.ts';
import type { Placement } from '../alert/promotion-state.ts';
import type { AskedAlert } from '../rules/plugin.ts';
import type { RoutedInput } from './intake.ts';

export interface ConsultDeps {
  /** An answer for each alert, in their order. Never rejects, and never takes longer than the plug-in may. */
  askPlugin(key: string, alerts: readonly AskedAlert[]): Promise<readonly PluginAnswer[]>;
}

/** What plug-ins said of an input of this round. */
export type AdviceOn = (entry: Entry) => readonly Advice[];

export const NOBODY_ASKED: AdviceOn = () => NO_ADVICE;

/** What is the same for all that one round asks. */
export interface Consultation {
  readonly now: number;
  readonly policy: Policy;
  /** Of a live alert, by its key; null: it is not known. */
  stateOf(key: string): AlertState | null;
  /** Where people put a tenant's namespaces; null: nowhere. */
  placements(tenant: string): ReadonlyMap<string, Placement> | null;
}

interface Question {
  readonly rule: PluginRule;
  readonly entries: AlertEntry[];
  readonly alerts: AskedAlert[];
}

/** null: no plug-in is asked, as for nearly every round. */
export function consult(
  inputs: readonly RoutedInput[],
  consultation: Consultation,
  deps: ConsultDeps,
): Promise<AdviceOn> | null {
  let questions: Map<string, Question> | null = null;
  for (const { entry } of inputs) {
    if (entry.kind !== 'alert' || entry.alert.status !== 'firing') continue;
    const rules = consultation.policy.plugins(entry.alert.tenant);
    if (rules.length === 0 || !willBeJudged(entry.alert, consultation)) continue;
    questions ??= new Map();
    putQuestions(questions, entry, rules, consultation);
  }
  return questions === null || questions.size === 0 ? null : answersTo([...questions.values()], deps);
}

function willBeJudged(alert: Alert, consultation: Consultation): boolean {
  const { policy, stateOf } = consultation;
  const placed = placedIn(alert, consultation);
  return isJudged(stateOf(alertKey(alert.tenant, alert.fingerprint)), alert, policy, placed);
}

function placedIn({ tenant, labels }: Alert, { placements }: Consultation): Placement | undefined {
  return placements(tenant)?.get(namespaceOf(labels));
}

function putQuestions(
  questions: Map<string, Question>,
  entry: AlertEntry,
  rules: readonly PluginRule[],
  consultation: Consultation,
): void {
  const { now, policy } = consultation;
  const { alert } = entry;
  const { labels } = alert;
  const profile = policy.profile(alert.tenant, namespaceOf(labels), undefined, placedIn(alert, consultation));
  const added = { ...profileLabels(profile), priority: profile.priority };
  // Herald's own come first: a sender must not choose who is asked by forging them.
  const seen = (name: string) => (Object.hasOwn(added, name) ? labelValue(added, name) : labelValue(labels, name));
  let asked: AskedAlert | null = null;
  for (const rule of rules) {
    if (!rule.matchers.every(({ name, matches }) => matches(seen(name)))) continue;
    asked ??= askedAlert(alert, profile, now);
    const question = questions.get(rule.key) ?? { rule, entries: [], alerts: [] };
    question.entries.push(entry);
    question.alerts.push(asked);
    questions.set(rule.key, question);
  }
}

function askedAlert(alert: Alert, profile: NamespaceProfile, now: number): AskedAlert {
  const { tenant, labels, annotations, startsAt, endsAt, generatorURL, source } = alert;
  const { namespace, environment, priority, businessUnit, owner, criticality } = profile;
  const known = { namespace, environment, priority, businessUnit, owner, criticality };
  return { tenant, labels, annotations, startsAt, endsAt, generatorURL, source, ...known, now };
}

async function answersTo(questions: readonly Question[], { askPlugin }: ConsultDeps): Promise<AdviceOn> {
  const answered = await Promise.all(questions.map(({ rule, alerts }) => askPlugin(rule.key, alerts)));
  const advice = new Map<Entry, Advice[]>();
  for (const [i, { rule, entries }] of questions.entries()) {
    for (const [j, entry] of entries.entries()) {
      const own = advice.get(entry) ?? [];
      own.push({ rule, answer: answered[i]![j]! });
      advice.set(entry, own);
    }
  }
  // In the order in which they have a say, whoever was asked first.
  for (const own of advice.values()) own.sort((a, b) => (a.rule.key < b.rule.key ? -1 : 1));
  return (entry) => advice.get(entry) ?? NO_ADVICE;
}

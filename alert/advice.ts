/**
 * What operators' plug-ins said of an alert, and what becomes of that. They were asked before the decision (actors/consult.ts);
 * here their answers are data. The same two rules hold as for Filters: what is production or critical is dropped only where the
 * resource says so, and nothing is dropped once somebody could not be asked who might have kept it.
 */

import type { LabelSet, Priority } from './alert.ts';
import { type FilterFacts, type FilterOutcome, isProtected } from './filter.ts';
import type { CompiledMatcher } from './matcher.ts';
import { type Reason, type ReasonCode, reason } from './reason.ts';

/** A plug-in, as decisions know it. */
export interface PluginRule {
  /** `tenant/name` of its resource. */
  readonly key: string;
  /** It is asked about alerts that all of them match. */
  readonly matchers: readonly CompiledMatcher[];
  /** Whether it may drop what is production or critical. */
  readonly dropProduction: boolean;
}

export interface PluginOpinion {
  readonly verdict: 'drop' | 'keep' | null;
  readonly priority: Priority | null;
  /** To be set; an empty value takes the label away. */
  readonly labels: LabelSet | null;
  /** For a person; may be empty. */
  readonly because: string;
}

/** `Opinion`: of a correlator its key, as text. */
export type PluginAnswer<Opinion = PluginOpinion> =
  /** `version`: as the module says. `opinion` null: it has nothing to say of this alert. */
  | { readonly ok: true; readonly version: string; readonly opinion: Opinion | null }
  | { readonly ok: false; readonly code: PluginFailure; readonly detail: string };

export type PluginFailure = 'plugin.timeout' | 'plugin.failed' | 'plugin.paused';

/** One plug-in's answer about one alert. */
export interface Advice {
  readonly rule: PluginRule;
  readonly answer: PluginAnswer;
}

/** Of an alert that no plug-in was asked about: nearly all. */
export const NO_ADVICE: readonly Advice[] = Object.freeze([]);

/** `filtered`: what the Filters made of it. In the order of the advice; each sees what those before it did. */
export function heed(filtered: FilterOutcome, facts: FilterFacts, advice: readonly Advice[]): FilterOutcome {
  if (advice.length === 0 || filtered.dropped !== null) return filtered;
  const reasons = [...filtered.reasons];
  let { labels, priority } = filtered;
  // A rule that keeps it ends the asking, and one that could not be evaluated might have kept it.
  let isKept = reasons.some(({ code }) => code === 'filter.kept');
  let isUnsure = reasons.some(({ code }) => code === 'filter.error');
  for (const { rule, answer } of advice) {
    if (!answer.ok) {
      isUnsure = true;
      reasons.push(reason(answer.code, `plug-in ${rule.key}: ${answer.detail}`));
      continue;
    }
    const { opinion, version } = answer;
    if (opinion === null || isKept) continue;
    const say = (code: ReasonCode, detail: string) =>
      reasons.push(
        reason(code, [`plug-in ${rule.key} ${version}`, detail, opinion.because].filter(Boolean).join(': ')),
      );
    if (opinion.labels !== null) {
      labels = withLabels(labels, opinion.labels);
      say('plugin.labels', Object.keys(opinion.labels).join(', '));
    }
    if (opinion.priority !== null) {
      priority = opinion.priority;
      say('plugin.priority', opinion.priority);
    }
    if (opinion.verdict === 'keep') {
      isKept = true;
      say('plugin.kept', '');
    }
    if (opinion.verdict !== 'drop') continue;
    if (!rule.dropProduction && isProtected(facts, labels)) {
      say('plugin.drop-refused', `${facts.profile.environment} alert, and no dropProduction`);
    } else if (isUnsure) say('plugin.drop-unsafe', '');
    else {
      say('plugin.dropped', '');
      return { ...filtered, dropped: reasons.at(-1)!, labels, priority, reasons };
    }
  }
  return { ...filtered, labels, priority, reasons };
}

function withLabels(labels: LabelSet, change: LabelSet): LabelSet {
  const changed = Object.entries({ ...labels, ...change }).filter(([name, value]) => value !== '' || !(name in change));
  return Object.fromEntries(changed);
}

/** What a trial, which asks nobody, says instead of an answer. */
export function notAsked(rules: readonly PluginRule[]): readonly Reason[] {
  return rules.map(({ key }) => reason('plugin.not-asked', `plug-in ${key} would be asked; a trial asks none`));
}

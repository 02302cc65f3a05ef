/** What each rule of the Filters has done so far, over all processes that decide under the same policy. */

import type { RuleStanding } from '../api/operator-ports.ts';
import type { Counts, RuleCountsReport } from '../bus/rule-counts.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { declaredPart } from '../resources/run-time.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { readCounters } from '../telemetry/tally.ts';

export function ruleCountsOf({ policy, filters }: ResourceSet): RuleCountsReport {
  const counted = [...filters].map(([tenant, { counts }]) => {
    return [tenant, counts().map(({ matched, notMatched, errors }): Counts => [matched, notMatched, errors])];
  });
  return { policy: declaredPart(policy.hash), tenants: Object.fromEntries(counted) };
}

/** Reports of another policy are left out: a process that has not seen the change yet, or has seen the next one. */
export function ruleStanding({ policy, filters }: ResourceSet, reports: readonly RuleCountsReport[]): RuleStanding {
  const hash = declaredPart(policy.hash);
  const same = reports.filter((report) => report.policy === hash);
  const rules = [...filters].flatMap(([tenant, { rules: declared }]) =>
    declared.map(({ filter, name, action }, i) => {
      const sum = (which: 0 | 1 | 2) =>
        same.reduce((total, { tenants }) => total + (tenants[tenant]?.[i]?.[which] ?? 0), 0);
      const counts = { matched: sum(0), notMatched: sum(1), errors: sum(2) };
      return { tenant, filter: filter.slice(tenant.length + 1), rule: name, action: action.type, ...counts };
    }),
  );
  return { policy: hash, processes: same.length, rules };
}

/** Of this process, and of the policy in force: they start anew with each change of it. */
export function ruleMetrics({ registry }: Metrics, resources: () => ResourceSet): void {
  const options = {
    name: 'herald_filter_evaluations_total',
    help: 'How often each rule of a Filter matched, did not, or could not be evaluated, since the policy changed.',
  };
  readCounters(registry, options, () =>
    [...resources().filters.values()].flatMap(({ rules, counts }) => {
      const read = counts();
      return rules.flatMap(({ filter, name }, i) => {
        const rule = `${filter}/${name}`;
        const { matched, notMatched, errors } = read[i]!;
        return [
          { labels: { rule, result: 'matched' }, value: matched },
          { labels: { rule, result: 'not_matched' }, value: notMatched },
          { labels: { rule, result: 'error' }, value: errors },
        ];
      });
    }),
  );
}

/** What no resource can be blamed for alone: names taken twice, references that lead nowhere. */

import { unknownCalendars } from './calendar-references.ts';
import { channelCycles } from './channel-references.ts';
import { unknownEscalations } from './escalation-references.ts';
import { tooManyRules } from './masking.ts';
import { unknownMetricSenders } from './metric-source.ts';
import { personsTwice } from './person.ts';
import type { Problem } from './problem.ts';
import { unknownReceivers } from './receiver-references.ts';
import { type Declared, fieldOf } from './resource.ts';
import { pathsTakenTwice } from './source-path.ts';
import { forbiddenSubscriptions } from './subscription.ts';
import { unknownTimeIntervals } from './time-interval-references.ts';
import { didYouMean } from './validate.ts';

export function crossCheck(resources: readonly Declared[]): Problem[] {
  return [
    ...takenTwice(resources),
    ...sourcesOfOneName(resources.filter((one) => one.kind === 'Source')),
    ...pathsTakenTwice(resources.filter((one) => one.kind === 'Source')),
    ...ONE_PER_TENANT.flatMap((kind) => secondOfTenant(kind, resources)),
    ...unknownCalendars(resources),
    ...unknownReceivers(resources),
    ...channelCycles(resources),
    ...personsTwice(resources),
    ...forbiddenSubscriptions(resources),
    ...unknownPlugins(resources),
    ...unknownTimeIntervals(resources),
    ...unknownEscalations(resources),
    ...tooManyRules(resources),
    ...unknownMetricSenders(resources),
  ];
}

function takenTwice(resources: readonly Declared[]): Problem[] {
  return repeated(resources, ({ kind, tenant, name }) => `${kind} ${tenant}/${name}`).map(([one, first]) =>
    one.document.problem(
      ['metadata', 'name'],
      `is ${JSON.stringify(one.name)}, but tenant ${one.tenant} has a ${one.kind} of that name in ${placeOf(first)}`,
    ),
  );
}

/** The path of a webhook names the source alone, not its tenant. */
function sourcesOfOneName(sources: readonly Declared[]): Problem[] {
  return repeated(sources, (source) => source.name)
    .filter(([one, first]) => one.tenant !== first.tenant)
    .map(([one, first]) =>
      one.document.problem(
        ['metadata', 'name'],
        `is ${JSON.stringify(one.name)}, which is a Source of tenant ${first.tenant} in ${placeOf(first)}; source names are unique over all tenants`,
      ),
    );
}

/** Kinds of which one decides. */
const ONE_PER_TENANT = ['EnvironmentPolicy', 'PriorityPolicy', 'NamingStandard', 'Lifecycle'];

function secondOfTenant(kind: string, resources: readonly Declared[]): Problem[] {
  return repeated(
    resources.filter((one) => one.kind === kind),
    (one) => one.tenant,
  )
    .filter(([one, first]) => one.name !== first.name)
    .map(([one, first]) =>
      one.document.problem(
        ['metadata', 'name'],
        `is a second ${kind} of tenant ${one.tenant}; it has ${first.name} in ${placeOf(first)}, and one decides`,
      ),
    );
}

/** A CorrelationRule may ask a plug-in for its keys. */
function unknownPlugins(resources: readonly Declared[]): Problem[] {
  const isCorrelator = ({ kind, spec }: Declared) => kind === 'Plugin' && fieldOf(spec, 'kind') === 'correlator';
  const plugins = Map.groupBy(resources.filter(isCorrelator), ({ tenant }) => tenant);
  return resources.flatMap(({ kind, tenant, spec, document }) => {
    const plugin = kind === 'CorrelationRule' ? fieldOf(fieldOf(spec, 'similarity'), 'plugin') : undefined;
    const names = (plugins.get(tenant) ?? []).map(({ name }) => name);
    if (typeof plugin !== 'string' || names.includes(plugin)) return [];
    const allowed = names.length === 0 ? 'it has none' : `allowed: ${names.join(', ')}`;
    const meant = didYouMean(plugin, names);
    const message = `is ${JSON.stringify(plugin)}, but tenant ${tenant} has no such Plugin of kind correlator${meant}; ${allowed}`;
    return [document.problem(['spec', 'similarity', 'plugin'], message)];
  });
}

/** Each resource whose key was there before, with the first of that key. */
function repeated(resources: readonly Declared[], keyOf: (one: Declared) => string): [Declared, Declared][] {
  const groups = Map.groupBy(resources, keyOf);
  return [...groups.values()].flatMap(([first, ...others]) => others.map((one): [Declared, Declared] => [one, first!]));
}

function placeOf({ document }: Declared): string {
  const { file, line } = document.problem(['metadata', 'name'], '');
  return `${file}:${line}`;
}

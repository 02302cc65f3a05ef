/** The declared silences and inhibition rules of each tenant, in the order of their names. */

import type { InhibitionRule } from '../alert/inhibit.ts';
import type { SilenceRule } from '../alert/silence.ts';
import { deepFreeze } from './canonical.ts';
import { inhibitionRule } from './inhibition.ts';
import type { Declared } from './resource.ts';
import { silenceRule } from './silence.ts';

export interface CompiledHolds {
  inhibitions(tenant: string): readonly InhibitionRule[];
  silences(tenant: string): readonly SilenceRule[];
}

export function compileHolds(declared: readonly Declared[]): CompiledHolds {
  const inhibitions = byTenant(declared, 'Inhibition', ({ name, spec }) => inhibitionRule(name, spec));
  const silences = byTenant(declared, 'Silence', ({ tenant, name, spec }) => silenceRule(tenant, name, spec));
  return {
    inhibitions: (tenant) => inhibitions.get(tenant) ?? NONE,
    silences: (tenant) => silences.get(tenant) ?? NONE,
  };
}

const NONE: readonly never[] = Object.freeze([]);

function byTenant<Rule>(
  declared: readonly Declared[],
  kind: string,
  compile: (one: Declared) => Rule,
): ReadonlyMap<string, readonly Rule[]> {
  const ofKind = declared.filter((one) => one.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1));
  const rules = [...Map.groupBy(ofKind, (one) => one.tenant)];
  return new Map(rules.map(([tenant, list]) => [tenant, deepFreeze(list.map(compile))]));
}

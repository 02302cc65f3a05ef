/** What is known of a namespace, for people and for programs. */

import { NAMESPACE_ATTRIBUTES, type NamespaceAttribute } from '../alert/namespace.ts';
import type { RuledProfile } from '../rules/profile.ts';
import { type Print, printable, table } from './print.ts';

/** A line of JSON. `name`: as it was given. */
export function profileJson(name: string, profile: RuledProfile): object {
  const { environment, priority, reasons, rule, policy, because, violations } = profile;
  return {
    namespace: name,
    environment,
    priority,
    reason: reasons[0]?.code ?? '',
    rule,
    policy,
    ...Object.fromEntries(NAMESPACE_ATTRIBUTES.map((attribute) => [attribute, profile[attribute]])),
    violations: violations.map(({ detail }) => detail),
    because: Object.fromEntries(Object.entries(because).map(([attribute, { detail }]) => [attribute, detail])),
  };
}

/** Every attribute with its reason, and what is wrong with the name. */
export function profileLines(name: string, profile: RuledProfile, { style }: Print): string[] {
  const { environment, priority, because, violations } = profile;
  const row = (attribute: keyof typeof because, value: string) => {
    const { code, detail } = because[attribute];
    return [`  ${attribute}`, printable(value), code, printable(detail)];
  };
  const unset = NAMESPACE_ATTRIBUTES.filter((attribute) => because[attribute].code === 'namespace.unset');
  const set = NAMESPACE_ATTRIBUTES.filter((attribute) => !unset.includes(attribute));
  const rows = [
    row('environment', environment),
    row('priority', priority),
    ...set.map((attribute) => row(attribute, valueText(profile, attribute))),
    ...violations.map(({ code, detail }) => ['  naming', style.yellow('violated'), code, printable(detail)]),
  ];
  const [, ...lines] = table(['', '', '', ''], rows, style);
  const rest = unset.length === 0 ? [] : [style.dim(`  no rule gives: ${unset.join(', ')}`)];
  return [style.bold(printable(name)), ...lines, ...rest];
}

/** One row each, for many. */
export function profileTable(profiles: readonly (readonly [string, RuledProfile])[], { style }: Print): string[] {
  const rows = profiles.map(([name, profile]) => {
    const { environment, priority, reasons, rule, policy, violations } = profile;
    const attributes = NAMESPACE_ATTRIBUTES.map((attribute) => valueText(profile, attribute));
    const broken = violations.map(({ detail }) => detail).join('; ');
    const own = [name, environment, priority, reasons[0]?.code ?? '', rule ?? '', policy ?? ''];
    return [...own, ...attributes, broken].map(printable);
  });
  const attributes = ['BUSINESS UNIT', 'OWNER', 'COST CENTER', 'CRITICALITY', 'SLO', 'COMPLIANCE', 'CALENDAR'];
  const header = ['NAMESPACE', 'ENVIRONMENT', 'PRIORITY', 'REASON', 'RULE', 'POLICY', ...attributes, 'NAMING'];
  return table(header, rows, style);
}

function valueText(profile: RuledProfile, attribute: NamespaceAttribute): string {
  if (attribute === 'compliance') return profile.compliance.join(', ');
  if (attribute === 'slo') return profile.slo?.name ?? '';
  return profile[attribute] ?? '';
}

/** What is wrong with Templates: texts that cannot be read, parts that nothing asks for, channels that are not there, twins. */

import type { Problem } from './problem.ts';
import { type Declared, fieldOf } from './resource.ts';
import { PART_NAME, targetOf } from './template.ts';
import { didYouMean } from './validate.ts';

/** What the folder of the channels, which comes after this one, knows of texts. */
export interface TextRules {
  /** By type of channel, the parts that it asks for; a type without texts is not in it. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  /** `line` and `column` from 1, in the source. null: it can be rendered. */
  fault(source: string): { readonly line: number; readonly column: number; readonly message: string } | null;
}

export function templateProblems(resources: readonly Declared[], rules: TextRules | undefined): Problem[] {
  const templates = resources.filter((one) => one.kind === 'Template');
  return [
    ...templates.flatMap((one) => unknownTargets(one, resources)),
    ...(rules === undefined ? [] : templates.flatMap((one) => wrongParts(one, resources, rules))),
    ...twins(templates),
  ];
}

const TARGETS = [
  { field: 'channel', kind: 'Channel' },
  { field: 'team', kind: 'Team' },
] as const;

function unknownTargets(template: Declared, resources: readonly Declared[]): Problem[] {
  return TARGETS.flatMap(({ field, kind }) => {
    const target = targetOf(template.spec, field);
    if (target === null) return [];
    const names = resources.filter((one) => one.kind === kind && one.tenant === template.tenant).map((one) => one.name);
    if (names.includes(target)) return [];
    const allowed = names.length === 0 ? `the tenant has no ${kind}` : `allowed: ${names.toSorted().join(', ')}`;
    const message = `is ${JSON.stringify(target)}, which is no ${kind} of tenant ${template.tenant}${didYouMean(target, names)}; ${allowed}`;
    return [template.document.problem(['spec', 'for', field], message)];
  });
}

function wrongParts(template: Declared, resources: readonly Declared[], rules: TextRules): Problem[] {
  const parts = fieldOf(template.spec, 'parts');
  if (typeof parts !== 'object' || parts === null) return [];
  const type = typeOf(template, resources);
  const known = type === null ? [...new Set([...rules.parts.values()].flat())] : (rules.parts.get(type) ?? []);
  return Object.entries(parts).flatMap(([part, source]) => {
    // The schema says so already.
    if (!new RegExp(PART_NAME).test(part) || typeof source !== 'string') return [];
    const path = ['spec', 'parts', part];
    if (!known.includes(part)) return [template.document.problem(path, unknownPart(part, type, known), 'key')];
    const fault = rules.fault(source);
    return fault === null
      ? []
      : [template.document.problem(path, `cannot be rendered: ${fault.message}`, 'value', fault)];
  });
}

/** null: it is for channels of any type. */
function typeOf(template: Declared, resources: readonly Declared[]): string | null {
  const channel = targetOf(template.spec, 'channel');
  const declared = resources.find(
    (one) => one.kind === 'Channel' && one.tenant === template.tenant && one.name === channel,
  );
  const type = fieldOf(declared?.spec, 'type');
  return typeof type === 'string' ? type : targetOf(template.spec, 'type');
}

function unknownPart(part: string, type: string | null, known: readonly string[]): string {
  const whose = type === null ? 'any channel' : `channels of the type ${type}`;
  const allowed = known.length === 0 ? 'those have no texts to declare' : `allowed: ${known.join(', ')}`;
  return `is no part of the messages of ${whose}${didYouMean(part, known)}; ${allowed}`;
}

/** Two texts for the same thing: which one is sent would be chance. */
function twins(templates: readonly Declared[]): Problem[] {
  const first = new Map<string, Declared>();
  return templates.flatMap((template) => {
    const target = (['type', 'channel', 'team', 'language'] as const).map((field) => targetOf(template.spec, field));
    const parts = fieldOf(template.spec, 'parts');
    if (typeof parts !== 'object' || parts === null) return [];
    return Object.keys(parts).flatMap((part) => {
      const key = JSON.stringify([template.tenant, part, ...target.map((word) => word?.toLowerCase() ?? null)]);
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, template);
        return [];
      }
      const message = `is declared for the same by the Template ${other.name} in ${other.document.file}; one decides`;
      return [template.document.problem(['spec', 'parts', part], message, 'key')];
    });
  });
}

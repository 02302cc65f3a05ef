/**
 * Masking: what must not leave. Its rules apply to what goes to the channels that it names; where it names none, to all channels of
 * its tenant and to its public events. All that apply do so in the order of their names. Deciding and the archive see what really
 * came, unless it is `before: storing`: then nothing of Herald ever has it.
 */

import Type from 'typebox';
import { channelKey } from '../alert/entity-address.ts';
import { compileMask, type Mask } from '../rules/mask.ts';
import { compileAlertMask, type MaskAlert } from '../rules/mask-alert.ts';
import { MASKED, type MaskRule } from '../rules/mask-rules.ts';
import { patternSchema } from './pattern.ts';
import type { Problem } from './problem.ts';
import type { Declared } from './resource.ts';
import { receiverNames } from './route.ts';
import type { Fault } from './validate.ts';

const names = Type.Array(Type.String({ minLength: 1, maxLength: 256, description: 'a name' }), { minItems: 1 });

const channel = Type.String({ pattern: '^channel/[a-z0-9-]{1,63}$', description: 'a channel such as channel/sms' });

const rule = Type.Object(
  {
    labels: Type.Optional(names),
    annotations: Type.Optional(names),
    pattern: Type.Optional(patternSchema),
    caseSensitive: Type.Optional(Type.Boolean({ default: true })),
    replacement: Type.Optional(Type.String({ maxLength: 200, default: MASKED })),
  },
  { additionalProperties: false },
);

export const maskingSpec = Type.Object(
  {
    before: Type.Optional(Type.Enum(['leaving', 'storing'], { default: 'leaving' })),
    receivers: Type.Optional(Type.Array(channel, { minItems: 1 })),
    rules: Type.Array(rule, { minItems: 1, maxItems: 500, description: 'a list with at least one rule' }),
  },
  { additionalProperties: false },
);

type MaskingSpec = Type.Static<typeof maskingSpec>;

/** `checked`: by maskingSpec. */
export function maskingFaults(checked: unknown): Fault[] {
  const { before, receivers, rules } = checked as MaskingSpec;
  const faults = rules.flatMap((one, i): Fault[] => {
    if (one.labels !== undefined || one.annotations !== undefined || one.pattern !== undefined) return [];
    const message = 'masks nothing; allowed: labels or annotations by name, a pattern, or both';
    return [{ path: ['spec', 'rules', i], message, target: 'value' }];
  });
  if (before === 'storing' && receivers !== undefined) {
    const message =
      'names channels, but what is masked before storing reaches none; allowed: only with before: leaving';
    faults.push({ path: ['spec', 'receivers'], message, target: 'key' });
  }
  return faults;
}

/** Of all rules for public events together, as JSON: they travel as one message (bus/event-masks.ts). */
const MOST_BYTES = 256 * 1024;

/** `resources`: whatever is declared. */
export function tooManyRules(resources: readonly Declared[]): Problem[] {
  const all = resources.filter(({ kind, valid }) => kind === 'Masking' && valid);
  const last = all.at(-1);
  if (last === undefined) return [];
  const bytes = Buffer.byteLength(JSON.stringify(eventMaskRules(all)));
  if (bytes <= MOST_BYTES) return [];
  const message = `make the rules of all Maskings without receivers ${bytes} bytes as JSON; allowed: at most ${MOST_BYTES}`;
  return [last.document.problem(['spec', 'rules'], message)];
}

/** For what the schema has checked. */
export function compileMasks(declared: readonly Declared[]): Mask {
  const byTenant = specsByTenant(declared);
  const masks = new Map<string, Mask>();
  const maskOf = (tenant: string, channel: string): Mask => {
    const key = channelKey(tenant, channel);
    const known = masks.get(key);
    if (known !== undefined) return known;
    const mask = compileMask(rulesOf(byTenant.get(tenant) ?? [], (spec) => concerns(spec, channel)));
    masks.set(key, mask);
    return mask;
  };
  return (notification) => maskOf(notification.tenant, notification.channel)(notification);
}

/** By tenant; for what the schema has checked. */
export function eventMaskRules(declared: readonly Declared[]): Readonly<Record<string, readonly MaskRule[]>> {
  const rules = [...specsByTenant(declared)].map(([tenant, specs]) => {
    return [tenant, rulesOf(specs, ({ receivers }) => receivers === undefined)] as const;
  });
  return Object.fromEntries(rules.filter(([, list]) => list.length > 0));
}

/** By tenant, where anything is masked before it is stored; for what the schema has checked. */
export function compileIntakeMasks(declared: readonly Declared[]): ReadonlyMap<string, MaskAlert> {
  const masks = [...specsByTenant(declared)].flatMap(([tenant, specs]) => {
    const mask = compileAlertMask(rulesOf(specs, ({ before }) => before === 'storing'));
    return mask === null ? [] : [[tenant, mask] as const];
  });
  return new Map(masks);
}

/** In the order of their names. */
function specsByTenant(declared: readonly Declared[]): ReadonlyMap<string, readonly MaskingSpec[]> {
  const inOrder = [...declared].sort((a, b) => (a.name < b.name ? -1 : 1));
  const byTenant = Map.groupBy(inOrder, ({ tenant }) => tenant);
  return new Map([...byTenant].map(([tenant, list]) => [tenant, list.map(({ spec }) => spec as MaskingSpec)]));
}

function rulesOf(specs: readonly MaskingSpec[], which: (spec: MaskingSpec) => boolean): MaskRule[] {
  return specs.filter(which).flatMap((spec) => spec.rules.map(maskRule));
}

function concerns({ receivers }: MaskingSpec, channel: string): boolean {
  return receivers === undefined || receiverNames(receivers).includes(channel);
}

function maskRule(spec: MaskingSpec['rules'][number]): MaskRule {
  return {
    labels: spec.labels ?? [],
    annotations: spec.annotations ?? [],
    pattern: spec.pattern ?? null,
    caseSensitive: spec.caseSensitive ?? true,
    replacement: spec.replacement ?? MASKED,
  };
}

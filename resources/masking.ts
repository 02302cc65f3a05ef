/**
 * Masking: what must not leave in notifications. Its rules apply to what goes to the channels that it names, or to all of its
 * tenant; all Maskings of a channel apply, in the order of their names. Deciding and the archive see what really came.
 */

import Type from 'typebox';
import { channelKey } from '../alert/entry.ts';
import { compileMask, MASKED, type Mask, type MaskRule } from '../rules/mask.ts';
import { patternSchema } from './pattern.ts';
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
    receivers: Type.Optional(Type.Array(channel, { minItems: 1 })),
    rules: Type.Array(rule, { minItems: 1, maxItems: 500, description: 'a list with at least one rule' }),
  },
  { additionalProperties: false },
);

type MaskingSpec = Type.Static<typeof maskingSpec>;

/** `checked`: by maskingSpec. */
export function maskingFaults(checked: unknown): Fault[] {
  return (checked as MaskingSpec).rules.flatMap((one, i) => {
    if (one.labels !== undefined || one.annotations !== undefined || one.pattern !== undefined) return [];
    const message = 'masks nothing; allowed: labels or annotations by name, a pattern, or both';
    return [{ path: ['spec', 'rules', i], message, target: 'value' as const }];
  });
}

/** For what the schema has checked. */
export function compileMasks(declared: readonly Declared[]): Mask {
  const byTenant = Map.groupBy(
    [...declared].sort((a, b) => (a.name < b.name ? -1 : 1)),
    ({ tenant }) => tenant,
  );
  const masks = new Map<string, Mask>();
  const maskOf = (tenant: string, channel: string): Mask => {
    const key = channelKey(tenant, channel);
    const known = masks.get(key);
    if (known !== undefined) return known;
    const specs = (byTenant.get(tenant) ?? []).map(({ spec }) => spec as MaskingSpec);
    const mask = compileMask(
      specs.filter((spec) => concerns(spec, channel)).flatMap((spec) => spec.rules.map(maskRule)),
    );
    masks.set(key, mask);
    return mask;
  };
  return (notification) => maskOf(notification.tenant, notification.channel)(notification);
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

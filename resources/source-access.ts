/** Who may come to a Source, and how much of it at a time. */

import Type from 'typebox';
import { type AddressList, checkedNetworks, networksSchema } from './network.ts';

const amount = (what: string) => Type.Number({ exclusiveMinimum: 0, maximum: 1e9, description: what });
const whole = (what: string) => Type.Integer({ minimum: 1, maximum: 1e9, description: what });

const rate = Type.Object(
  { perSecond: amount('requests in a second'), burst: Type.Optional(whole('requests at once')) },
  { additionalProperties: false },
);

export const sourceAccessFields = {
  allowFrom: Type.Optional(networksSchema),
  limits: Type.Optional(
    Type.Object(
      {
        source: Type.Optional(rate),
        address: Type.Optional(rate),
        concurrency: Type.Optional(whole('requests that are handled at once')),
      },
      { additionalProperties: false },
    ),
  ),
  /** `bulk`: the first that is refused when more comes than can be stored. */
  load: Type.Optional(Type.Enum(['normal', 'bulk'])),
};

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** null fields: no bound. */
export interface SourceAccess {
  readonly allowFrom: AddressList | null;
  /** Of all senders together. */
  readonly source: Rate | null;
  /** Of each address. */
  readonly address: Rate | null;
  readonly concurrency: number | null;
}

interface RateSpec {
  readonly perSecond: number;
  readonly burst?: number;
}

export interface AccessSpec {
  readonly allowFrom?: readonly string[];
  readonly limits?: { readonly source?: RateSpec; readonly address?: RateSpec; readonly concurrency?: number };
}

/** null: nothing is bounded, and nothing is counted. */
export function sourceAccessOf({ allowFrom, limits }: AccessSpec): SourceAccess | null {
  if (allowFrom === undefined && limits === undefined) return null;
  return {
    allowFrom: allowFrom === undefined ? null : checkedNetworks(allowFrom),
    source: rateOf(limits?.source),
    address: rateOf(limits?.address),
    concurrency: limits?.concurrency ?? null,
  };
}

/** A burst of one second's worth, unless it says otherwise. */
function rateOf(spec: RateSpec | undefined): Rate | null {
  if (spec === undefined) return null;
  return { perSecond: spec.perSecond, burst: spec.burst ?? Math.max(1, Math.ceil(spec.perSecond)) };
}

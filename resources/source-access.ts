/** Who may come to a Source, and how much of it at a time. */

import Type from 'typebox';
import { hostName, isHostName } from './host-name.ts';
import { type AddressList, addressList, checkedNetworks } from './network.ts';

const amount = (what: string) => Type.Number({ exclusiveMinimum: 0, maximum: 1e9, description: what });
const whole = (what: string) => Type.Integer({ minimum: 1, maximum: 1e9, description: what });

const rate = Type.Object(
  { perSecond: amount('requests in a second'), burst: Type.Optional(whole('requests at once')) },
  { additionalProperties: false },
);

/** Each is asked for again and again, and looked through for every request. */
const MOST_HOSTS = 64;
const ALLOWED = 'a network such as 10.0.0.0/8 or fd00::/8, one address, or a whole host name such as batch.example.com';

const origins = Type.Refine(
  Type.Array(
    Type.Refine(
      Type.String({ description: ALLOWED }),
      (text) => isNetwork(text) || isHostName(text),
      (text) => `is ${JSON.stringify(text)}; allowed: ${ALLOWED}`,
    ),
    { minItems: 1, description: 'a list of networks such as 10.0.0.0/8 and of host names' },
  ),
  (list) => list.filter((text) => !isNetwork(text)).length <= MOST_HOSTS,
  () => `holds more than ${MOST_HOSTS} host names; allowed: ${MOST_HOSTS}, and any number of networks`,
);

function isNetwork(text: string): boolean {
  return addressList([text]) !== null;
}

export const sourceAccessFields = {
  allowFrom: Type.Optional(origins),
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

/** Where senders may come from. */
export interface Origins {
  readonly networks: AddressList;
  /** In lower case, each one once. */
  readonly hosts: readonly string[];
}

/** null fields: no bound. */
export interface SourceAccess {
  readonly allowFrom: Origins | null;
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
    allowFrom: allowFrom === undefined ? null : originsOf(allowFrom),
    source: rateOf(limits?.source),
    address: rateOf(limits?.address),
    concurrency: limits?.concurrency ?? null,
  };
}

function originsOf(list: readonly string[]): Origins {
  const hosts = list.filter((text) => !isNetwork(text)).map(hostName);
  return { networks: checkedNetworks(list.filter(isNetwork)), hosts: [...new Set(hosts)] };
}

/** A burst of one second's worth, unless it says otherwise. */
function rateOf(spec: RateSpec | undefined): Rate | null {
  if (spec === undefined) return null;
  return { perSecond: spec.perSecond, burst: spec.burst ?? Math.max(1, Math.ceil(spec.perSecond)) };
}

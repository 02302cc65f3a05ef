/** What a sender's format is: from a JSON value to alerts in the normal form, and everything that is wrong with it. */

import type { Alert, LabelSet } from '../../alert/alert.ts';
import type { Mapping } from '../../rules/mapping.ts';
import type { Problems } from '../problem.ts';

export interface FormatContext {
  readonly tenant: string;
  /** Name of the Source resource. */
  readonly source: string;
  /** When the request came. Unix time in milliseconds. */
  readonly now: number;
  /** Of a source of the format `mapped`. */
  readonly mapping?: Mapping | undefined;
  /** Of a CloudEvent whose body is its data alone; null, or left out: its attributes stand in the body. */
  readonly attributes?: Readonly<Record<string, string>> | null | undefined;
  /** Of the request: those that the mapping asks for. */
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  /** Extension attributes of CloudEvents that are labels of their alerts. */
  readonly eventLabels?: readonly string[] | undefined;
  /** What an event says of the alerts in its data. */
  readonly around?: EventTexts;
  /** Where the list in the body is part of a longer one: the place of its first item there, for the paths of problems. */
  readonly first?: number;
}

export interface EventTexts {
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
}

/** Of a request that came at `now`. */
export function contextOf(
  source: ContextSource,
  now: number,
  { attributes = null, passedHeaders = null }: FromHead = {},
): FormatContext {
  const { tenant, name, mapping, eventLabels } = source;
  return { tenant, source: name, now, mapping, eventLabels, attributes, headers: passedHeaders };
}

interface FromHead {
  readonly attributes?: FormatContext['attributes'];
  readonly passedHeaders?: FormatContext['headers'];
}

type ContextSource = Pick<FormatContext, 'tenant' | 'mapping' | 'eventLabels'> & { readonly name: string };

export interface Decoded {
  /** The valid ones, in the order of the body. The same alert may stand in it several times. */
  readonly alerts: readonly Alert[];
  readonly problems: Problems;
  /** What a client of this format expects in the answer besides the receipt. */
  readonly answer?: Readonly<Record<string, string>>;
  /** Fingerprint of an alert that somebody takes on, instead of alerts. */
  readonly acknowledges?: string;
}

export interface Format {
  readonly name: string;
  /**
   * False: one problem refuses the whole request (422). True: the valid alerts are kept and the rest is told: 422 at a
   * webhook, 400 at Alertmanager's own path, whose senders ignore the difference.
   */
  readonly partial: boolean;
  /** Pure; never throws, whatever the value. Unknown fields are passed over. */
  decode(body: unknown, context: FormatContext): Decoded;
  /** The list of alerts in the body, where it can be decoded part by part; null: there is none. */
  listIn?(body: unknown, context: FormatContext): readonly unknown[] | null;
  /** The same body with another list. */
  withList?(body: unknown, list: readonly unknown[]): unknown;
  /** `decode` in steps, where what is in the body is known only on the way. */
  inSteps?(body: unknown, context: FormatContext): Generator<void, Decoded, void>;
}

/** Channel: a way out. The fields here are common to all types; the options of its type stand beside them. */

import Type, { type TSchema } from 'typebox';
import type { ChannelPolicy } from '../alert/policy.ts';
import { channelName, type DeliveryFields, deliveryFields, deliveryPolicy } from './delivery-fields.ts';
import { languageSchema } from './language.ts';
import { durationSchema, fieldOf, milliseconds } from './resource.ts';
import type { Fault } from './validate.ts';
import { zoneSchema } from './zone.ts';

/** The options of each type, handed in: the folder of the channels comes after this one. */
export type ChannelTypes = ReadonlyMap<string, TSchema>;

const retry = Type.Object(
  {
    maxAttempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    initial: Type.Optional(durationSchema(1)),
    max: Type.Optional(durationSchema(1)),
  },
  { additionalProperties: false },
);

const common = {
  sendResolved: Type.Optional(Type.Boolean()),
  sendAcknowledged: Type.Optional(
    Type.Boolean({
      description:
        'whether it hears that somebody took on what it was told of; left out: pagerduty, servicenow, jira, and slack by a token do',
    }),
  ),
  maxAlerts: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
  retry: Type.Optional(retry),
  concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  onUncertain: Type.Optional(Type.Enum(['resend', 'dead-letter'])),
  language: Type.Optional(languageSchema),
  timeZone: Type.Optional(zoneSchema),
  ...deliveryFields,
};

interface CommonFields extends DeliveryFields {
  readonly type: string;
  readonly sendResolved?: boolean;
  readonly sendAcknowledged?: boolean;
  readonly maxAlerts?: number;
  readonly retry?: { readonly maxAttempts?: number; readonly initial?: string; readonly max?: string };
  readonly concurrency?: number;
  readonly onUncertain?: 'resend' | 'dead-letter';
}

/** Some four minutes where somebody else takes over, most of an hour where nobody does. */
const DEFAULT_RETRY = { maxAttempts: 10, maxAttemptsAlone: 30, initial: 1000, max: 300_000 };

export interface Channel {
  readonly tenant: string;
  readonly name: string;
  readonly type: string;
  /** By the schema of the type, frozen, with the secrets put in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly policy: ChannelPolicy;
}

/** Of an unknown type only the common fields can be judged. */
export function channelSpec(types: ChannelTypes, declared: unknown): TSchema {
  const type = Type.Enum([...types.keys()], { description: [...types.keys()].join(', ') });
  const name = fieldOf(declared, 'type');
  const options = typeof name === 'string' ? types.get(name) : undefined;
  if (options === undefined) return Type.Object({ type, ...common });
  const properties = fieldOf(options, 'properties') as Record<string, TSchema> | undefined;
  return Type.Object({ ...properties, type, ...common }, { additionalProperties: false });
}

/** `resolved`: by channelSpec, with the secrets put in. */
export function channelOf(tenant: string, name: string, resolved: unknown): Channel {
  const spec = resolved as CommonFields;
  const own = Object.entries(spec).filter(([field]) => field !== 'type' && !Object.hasOwn(common, field));
  return {
    tenant,
    name,
    type: spec.type,
    options: Object.fromEntries(own),
    policy: {
      name,
      type: spec.type,
      sendResolved: spec.sendResolved ?? true,
      ...acknowledgedOf(spec),
      maxAlerts: spec.maxAlerts ?? 0,
      retry: retryOf(spec.retry ?? {}),
      concurrency: spec.concurrency ?? 16,
      onUncertain: spec.onUncertain ?? 'resend',
      ...deliveryPolicy(spec),
      ...membersOf(spec),
    },
  };
}

/** Left out of what is not said and not usual: what a spread hears of, its members say. */
function acknowledgedOf(spec: CommonFields): Pick<ChannelPolicy, 'sendAcknowledged'> {
  const sendAcknowledged = spec.sendAcknowledged ?? (keepsUpToDate(spec) || undefined);
  return sendAcknowledged === undefined ? {} : { sendAcknowledged };
}

/** What rings until somebody has it in hand, or is one message or ticket that shows how things stand. Elsewhere it would be one message more. */
function keepsUpToDate(spec: CommonFields): boolean {
  if (spec.type === 'slack') return fieldOf(spec, 'token') !== undefined;
  return spec.type === 'pagerduty' || spec.type === 'servicenow' || spec.type === 'jira';
}

/** A spread is the one type whose options the decisions need to know. */
function membersOf(spec: CommonFields): Pick<ChannelPolicy, 'members'> {
  const members = spec.type === 'spread' ? fieldOf(spec, 'members') : undefined;
  return Array.isArray(members) ? { members: members.map((name) => channelName(String(name))) } : {};
}

function retryOf(spec: NonNullable<CommonFields['retry']>): ChannelPolicy['retry'] {
  return {
    maxAttempts: spec.maxAttempts ?? DEFAULT_RETRY.maxAttempts,
    ...(spec.maxAttempts === undefined ? { maxAttemptsAlone: DEFAULT_RETRY.maxAttemptsAlone } : {}),
    initial: spec.initial === undefined ? DEFAULT_RETRY.initial : milliseconds(spec.initial),
    max: spec.max === undefined ? DEFAULT_RETRY.max : milliseconds(spec.max),
  };
}

/** `checked`: by channelSpec. Takes the defaults into account. */
export function retryFault(checked: unknown): Fault | null {
  const { initial, max } = retryOf((checked as CommonFields).retry ?? {});
  if (initial <= max) return null;
  const message = `has an initial wait of ${initial} ms, longer than its max of ${max} ms`;
  return { path: ['spec', 'retry'], message, target: 'value' };
}

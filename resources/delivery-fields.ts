/** The fields of a Channel that say how it delivers: how fast, what follows a failure, how long it is of use. */

import Type from 'typebox';
import type { BreakerPolicy, ChannelPolicy, RateLimit } from '../alert/policy.ts';
import { parseDuration } from './duration.ts';
import { durationSchema, milliseconds } from './resource.ts';

const REFERENCE = 'channel/';

export const channelReference = Type.String({
  pattern: '^channel/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
  description: 'channel/NAME of a Channel of the tenant',
});

const RATE = /^([1-9]\d{0,5})\/(\S+)$/;

const rate = Type.Refine(
  Type.String({ description: 'how many in how long, such as 100/1m' }),
  (text) => intervalOf(text) !== null,
  (text) =>
    `is ${JSON.stringify(text)}; allowed: how many in how long, such as 100/1m, 1/10s, 5/1h; at most 999999, and no longer than a day`,
);

const burst = Type.Integer({ minimum: 1, maximum: 100_000 });
const limit = { rate, burst: Type.Optional(burst) };

export const deliveryFields = {
  rateLimit: Type.Optional(Type.Object(limit, { additionalProperties: false })),
  recipientLimit: Type.Optional(Type.Object(limit, { additionalProperties: false })),
  breaker: Type.Optional(
    Type.Object(
      {
        failures: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, description: '0: it never opens' })),
        pause: Type.Optional(durationSchema(1)),
        maxPause: Type.Optional(durationSchema(1)),
      },
      { additionalProperties: false },
    ),
  ),
  fallback: Type.Optional(channelReference),
  expireAfter: Type.Optional(durationSchema(1)),
  bundle: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 10_000, description: 'from how many that wait on; 0: never' }),
  ),
};

interface LimitFields {
  readonly rate: string;
  readonly burst?: number;
}

export interface DeliveryFields {
  readonly rateLimit?: LimitFields;
  readonly recipientLimit?: LimitFields;
  readonly breaker?: { readonly failures?: number; readonly pause?: string; readonly maxPause?: string };
  readonly fallback?: string;
  readonly expireAfter?: string;
  readonly bundle?: number;
}

const DEFAULT_BREAKER: BreakerPolicy = { failures: 20, pause: 10_000, maxPause: 120_000 };
/** With a rate limit alone: without one nothing waits for it. */
const DEFAULT_BUNDLE = 50;
const DAY = 86_400_000;

export function deliveryPolicy(spec: DeliveryFields): Partial<ChannelPolicy> {
  const breaker = breakerOf(spec.breaker ?? {});
  const bundle = spec.bundle ?? (spec.rateLimit === undefined ? 0 : DEFAULT_BUNDLE);
  return {
    ...(spec.rateLimit === undefined ? {} : { rateLimit: limitOf(spec.rateLimit) }),
    ...(spec.recipientLimit === undefined ? {} : { recipientLimit: limitOf(spec.recipientLimit) }),
    ...(breaker === null ? {} : { breaker }),
    ...(spec.fallback === undefined ? {} : { fallback: channelName(spec.fallback) }),
    ...(spec.expireAfter === undefined ? {} : { expireAfter: milliseconds(spec.expireAfter) }),
    // One alone is no bundle.
    ...(bundle === 0 ? {} : { bundle: Math.max(2, bundle) }),
  };
}

export function channelName(reference: string): string {
  return reference.slice(REFERENCE.length);
}

/** Without a burst of its own a bucket holds what a second brings, and at least one. */
function limitOf({ rate: text, burst: declared }: LimitFields): RateLimit {
  const interval = intervalOf(text)!;
  return { interval, burst: declared ?? Math.max(1, Math.floor(1000 / interval)) };
}

/** Milliseconds from one to the next; null: it cannot be read. */
function intervalOf(text: string): number | null {
  const [, count, period] = RATE.exec(text) ?? [];
  const length = period === undefined ? null : parseDuration(period);
  return length === null || length <= 0 || length > DAY ? null : length / Number(count);
}

function breakerOf(spec: NonNullable<DeliveryFields['breaker']>): BreakerPolicy | null {
  const failures = spec.failures ?? DEFAULT_BREAKER.failures;
  if (failures === 0) return null;
  const pause = spec.pause === undefined ? DEFAULT_BREAKER.pause : milliseconds(spec.pause);
  const maxPause = spec.maxPause === undefined ? DEFAULT_BREAKER.maxPause : milliseconds(spec.maxPause);
  return { failures, pause, maxPause: Math.max(pause, maxPause) };
}

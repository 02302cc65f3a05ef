/** What an operator declares of a pagerduty channel, and the settings that its sender works with. */

import Type from 'typebox';
import { PRIORITIES, type Priority } from '../../alert/alert.ts';
import { secretReference } from '../../resources/secret.ts';
import { type HttpOptions, type HttpSettings, httpOptions, httpSettings, httpUrl } from '../http-options.ts';
import { InvalidChannelOptions } from '../sender.ts';

export const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

const severity = Type.Enum([...SEVERITIES], { description: SEVERITIES.join(', ') });
const label = Type.String({ minLength: 1, description: 'the name of a label' });

export const pagerdutyOptions = Type.Object({
  routingKey: secretReference,
  region: Type.Optional(Type.Enum(['us', 'eu'], { default: 'us', description: 'us or eu: where the account is kept' })),
  url: Type.Optional(httpUrl),
  dedup: Type.Optional(
    Type.Enum(['group', 'alert'], { default: 'group', description: 'group or alert: what an incident is about' }),
  ),
  severities: Type.Optional(
    Type.Object(Object.fromEntries(PRIORITIES.map((priority) => [priority, Type.Optional(severity)])), {
      additionalProperties: false,
    }),
  ),
  sourceLabel: Type.Optional(label),
  componentLabel: Type.Optional(label),
  groupLabel: Type.Optional(label),
  classLabel: Type.Optional(label),
  ...httpOptions,
});

/** As declared, with the references to secrets resolved. */
export interface PagerdutyOptions extends HttpOptions {
  readonly routingKey: string;
  readonly region?: 'us' | 'eu';
  readonly url?: string;
  readonly dedup?: 'group' | 'alert';
  readonly severities?: Partial<Record<Priority, Severity>>;
  readonly sourceLabel?: string;
  readonly componentLabel?: string;
  readonly groupLabel?: string;
  readonly classLabel?: string;
}

export interface PagerdutySettings extends HttpSettings {
  readonly url: URL;
  readonly routingKey: string;
  readonly dedup: 'group' | 'alert';
  readonly severities: Readonly<Record<Priority, Severity>>;
  /** Which labels fill the fields of an event. */
  readonly labels: {
    readonly source: string;
    readonly component: string;
    readonly group: string;
    readonly class: string;
  };
}

/** https://developer.pagerduty.com/docs/events-api-v2-overview: service regions. */
const ENDPOINTS = { us: 'https://events.pagerduty.com/v2/enqueue', eu: 'https://events.eu.pagerduty.com/v2/enqueue' };

const DEFAULT_SEVERITIES: Readonly<Record<Priority, Severity>> = {
  P1: 'critical',
  P2: 'error',
  P3: 'warning',
  P4: 'info',
  P5: 'info',
};

export function pagerdutySettings(options: PagerdutyOptions): PagerdutySettings {
  const routingKey = options.routingKey.trim();
  // The value itself is never told.
  if (!/^[A-Za-z0-9]{32}$/.test(routingKey)) {
    throw new InvalidChannelOptions('routingKey', 'is no integration key of the Events API v2: 32 letters and digits');
  }
  return {
    ...httpSettings(options),
    url: new URL(options.url ?? ENDPOINTS[options.region ?? 'us']),
    routingKey,
    dedup: options.dedup ?? 'group',
    severities: { ...DEFAULT_SEVERITIES, ...options.severities },
    labels: {
      source: options.sourceLabel ?? 'instance',
      component: options.componentLabel ?? 'service',
      group: options.groupLabel ?? 'namespace',
      class: options.classLabel ?? 'alertname',
    },
  };
}

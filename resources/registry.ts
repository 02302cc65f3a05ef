/** Every kind of resource there is. A new one is a file with its schema, and a line here. */

import type { TSchema } from 'typebox';
import { calendarSpec } from './calendar.ts';
import { type ChannelTypes, channelSpec } from './channel.ts';
import { environmentPolicySpec } from './environment-policy.ts';
import { routeSpec } from './route.ts';
import { sourceSpec } from './source.ts';

export const KINDS = [
  'Source',
  'EnvironmentPolicy',
  'Route',
  'Channel',
  'Calendar',
] as const;

export type Kind = (typeof KINDS)[number];

/** INTERFACE.md names them; this version does not know them. */
export const LATER_KINDS: readonly string[] = [
  'Filter',
  'Inhibition',
  'Silence',
  'Maintenance',
  'TimeInterval',
  'Template',
  'Team',
  'User',
  'Schedule',
  'EscalationPolicy',
  'Enricher',
  'CorrelationRule',
];

export function isKind(kind: unknown): kind is Kind {
  return KINDS.some((known) => known === kind);
}

/** `declared`: the spec as it stands, for kinds whose schema depends on it. */
export function specSchema(kind: Kind, declared: unknown, channelTypes: ChannelTypes): TSchema {
  switch (kind) {
    case 'Source':
      return sourceSpec;
    case 'EnvironmentPolicy':
      return environmentPolicySpec;
    case 'Route':
      return routeSpec;
    case 'Channel':
      return channelSpec(channelTypes, declared);
    case 'Calendar':
      return calendarSpec;
    default:
      return kind satisfies never;
  }
}

/** What an operator declares of a servicenow channel, and the settings that its sender works with. */

import Type from 'typebox';
import { PRIORITIES, type Priority } from '../../alert/alert.ts';
import { type HttpOptions, type HttpSettings, httpOptions, httpSettings, httpUrl } from '../http-options.ts';
import { type AuthOptions, authOptions, checkAuth } from '../ticket/authorization.ts';

const level = Type.Integer({ minimum: 1, maximum: 3, description: '1 (high), 2 or 3 (low)' });
const weight = Type.Object({ impact: level, urgency: level }, { additionalProperties: false });
const FIELD = '^[a-z][a-z0-9_]*$';

export const servicenowOptions = Type.Object({
  url: httpUrl,
  auth: authOptions,
  table: Type.Optional(Type.String({ pattern: FIELD, default: 'incident' })),
  priorities: Type.Optional(
    Type.Object(Object.fromEntries(PRIORITIES.map((priority) => [priority, Type.Optional(weight)])), {
      additionalProperties: false,
    }),
  ),
  fields: Type.Optional(
    Type.Record(Type.String({ pattern: FIELD }), Type.String(), {
      description: 'further fields of a new record, such as assignment_group or category',
      additionalProperties: false,
    }),
  ),
  resolvedState: Type.Optional(Type.String({ minLength: 1, default: '6' })),
  closeCode: Type.Optional(Type.String({ minLength: 1, default: 'Solution provided' })),
  ...httpOptions,
});

/** As declared, with the references to secrets resolved. */
export interface ServicenowOptions extends HttpOptions {
  readonly url: string;
  readonly auth: AuthOptions;
  readonly table?: string;
  readonly priorities?: Partial<Record<Priority, Weight>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly resolvedState?: string;
  readonly closeCode?: string;
}

/** ServiceNow reckons the priority from both (its data lookup for incidents). */
export interface Weight {
  readonly impact: number;
  readonly urgency: number;
}

export interface ServicenowSettings extends HttpSettings {
  /** Of the table's resources: ends with a slash. */
  readonly instance: URL;
  readonly table: string;
  readonly auth: AuthOptions;
  readonly priorities: Readonly<Record<Priority, Weight>>;
  readonly fields: Readonly<Record<string, string>>;
  readonly resolvedState: string;
  readonly closeCode: string;
}

const DEFAULT_PRIORITIES: Readonly<Record<Priority, Weight>> = {
  P1: { impact: 1, urgency: 1 },
  P2: { impact: 1, urgency: 2 },
  P3: { impact: 2, urgency: 2 },
  P4: { impact: 2, urgency: 3 },
  P5: { impact: 3, urgency: 3 },
};

export function servicenowSettings(options: ServicenowOptions): ServicenowSettings {
  checkAuth(options.auth);
  return {
    ...httpSettings(options),
    instance: new URL(options.url.replace(/\/*$/, '/')),
    table: options.table ?? 'incident',
    auth: options.auth,
    priorities: { ...DEFAULT_PRIORITIES, ...options.priorities },
    fields: options.fields ?? {},
    resolvedState: options.resolvedState ?? '6',
    closeCode: options.closeCode ?? 'Solution provided',
  };
}

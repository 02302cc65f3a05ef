/** Schedules: who is on call. */

import { ON_CALL_REASONS } from '../schedules.ts';
import { integer, list, object, oneOf, orNull, ref, type Schema, text, time } from '../schema-forms.ts';

const who = {
  user: { ...orNull(text), description: 'user/NAME; null: nobody.' },
  because: oneOf(ON_CALL_REASONS),
  layer: { ...orNull(text), description: 'null: no layer decided.' },
  detail: text,
};

export const SCHEDULE_SCHEMAS: Readonly<Record<string, Schema>> = {
  OnCall: object({ ...who, until: { ...orNull(time), description: 'null: nothing changes within a year.' } }),
  ScheduleList: object({
    at: time,
    schedules: list(
      object({
        tenant: text,
        name: text,
        onCall: ref('OnCall'),
        gapSeconds: { ...integer, description: 'Of the next 30 days, how long nobody is on call.' },
      }),
    ),
  }),
  ScheduleDetail: object({
    tenant: text,
    name: text,
    at: time,
    onCall: ref('OnCall'),
    shifts: list(object({ start: time, end: time, ...who })),
    gaps: list(object({ start: time, end: time })),
  }),
};

/** Schedules: who is on call. */

import { ON_CALL_REASONS } from '../schedules.ts';
import { integer, list, object, oneOf, orNull, ref, type Schema, text, time } from '../schema-forms.ts';

const who = {
  user: { ...orNull(text), description: 'user/NAME; null: nobody.' },
  because: oneOf(ON_CALL_REASONS),
  layer: { ...orNull(text), description: 'null: no layer decided.' },
  detail: text,
};

const user = { ...text, description: 'user/NAME' };
const optionalStart = { ...time, description: 'Left out: now.' };

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
  Override: object({
    id: text,
    by: { ...text, description: 'Who made it.' },
    madeAt: time,
    comment: text,
    shifts: {
      ...list(object({ user, start: time, end: time, state: oneOf(['upcoming', 'active', 'over']) })),
      description: 'One; two where the second is in return for the first. None: it was taken back before it began.',
    },
  }),
  OverrideList: object({ overrides: list(ref('Override')) }),
  OverrideSpec: object(
    {
      user,
      start: optionalStart,
      end: { ...time, description: 'At most 90 days after the start.' },
      inReturn: object({ user: { ...user, description: 'Left out: who is relieved.' }, start: time, end: time }, [
        'user',
      ]),
      comment: text,
      by: { ...text, description: 'Who asks, where nobody has to show that.' },
    },
    ['start', 'inReturn', 'comment', 'by'],
  ),
};

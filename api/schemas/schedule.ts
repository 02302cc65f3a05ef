/** Schedules: who is on call. Subscriptions: who hears of what. */

import { ENVIRONMENTS, PRIORITIES } from '../../alert/alert.ts';
import { ON_CALL_REASONS } from '../schedules.ts';
import { flag, integer, list, object, oneOf, orNull, page, ref, type Schema, text, time } from '../schema-forms.ts';

const who = {
  user: { ...orNull(text), description: 'user/NAME; null: nobody.' },
  because: oneOf(ON_CALL_REASONS),
  layer: { ...orNull(text), description: 'null: no layer decided.' },
  detail: text,
};

const user = { ...text, description: 'user/NAME' };
const shiftState = {
  ...oneOf(['upcoming', 'active', 'over', 'void']),
  description: 'void: the user is not declared any more, and what is declared holds.',
};
const optionalStart = { ...time, description: 'Left out: now.' };

const lasts = { ...text, description: 'A duration such as 30s.' };
const wanted = {
  matchers: list(text),
  environments: { ...list(oneOf(ENVIRONMENTS)), description: 'Left out: every one.' },
  priorities: list(oneOf(PRIORITIES)),
  groupBy: list(text),
  groupWait: lasts,
  groupInterval: lasts,
  repeatInterval: lasts,
};
const subscription = {
  id: { ...text, description: 'Of one that is declared its name.' },
  tenant: text,
  subscriber: { ...text, description: 'user/NAME or team/NAME' },
  declared: flag,
  wanted: object(wanted, Object.keys(wanted)),
  by: { ...orNull(text), description: 'Who made it; null: it is declared.' },
  madeAt: orNull(time),
  void: { ...orNull(text), description: 'Why it does not hold (any more); null: it does.' },
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
  Override: object({
    id: text,
    by: { ...text, description: 'Who made it.' },
    madeAt: time,
    comment: text,
    shifts: {
      ...list(object({ user, start: time, end: time, state: shiftState })),
      description: 'One; two where the second is in return for the first. None: it was taken back before it began.',
    },
  }),
  Subscription: object(subscription),
  SubscriptionList: page('subscriptions', 'Subscription'),
  SubscriptionSpec: object(
    {
      tenant: { ...text, default: 'default' },
      subscriber: { ...text, description: 'user/NAME or team/NAME; left out: who asks.' },
      ...wanted,
      by: { ...text, description: 'Who asks, where nobody has to show that.' },
    },
    ['tenant', 'subscriber', ...Object.keys(wanted), 'by'],
  ),
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

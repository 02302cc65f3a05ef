/** Silences that people set. */

import { ENVIRONMENTS, PRIORITIES } from '../../alert/alert.ts';
import { ALERT_STATUSES } from '../alerts.ts';
import {
  flag,
  integer,
  list,
  object,
  oneOf,
  orNull,
  page,
  reasons,
  ref,
  type Schema,
  text,
  texts,
  time,
} from '../schema-forms.ts';
import { SILENCE_STATES } from '../silence-list.ts';

const silence = {
  id: text,
  tenant: text,
  state: oneOf(SILENCE_STATES),
  declared: { ...flag, description: 'It stands in the resources; people can end only those that are not.' },
  matchers: list(text),
  startsAt: time,
  endsAt: time,
  createdBy: text,
  comment: text,
  broad: flag,
  createdAt: orNull(time),
  updatedAt: orNull(time),
  endedEarly: orNull(object({ at: time, by: text })),
};

export const SILENCE_SCHEMAS: Readonly<Record<string, Schema>> = {
  SilenceSpec: object(
    {
      id: text,
      tenant: text,
      matchers: list(text),
      startsAt: time,
      endsAt: time,
      createdBy: text,
      comment: text,
      broad: flag,
    },
    ['id', 'tenant', 'startsAt', 'createdBy', 'comment', 'broad'],
  ),
  Silence: object(silence),
  SilenceList: page('silences', 'Silence'),
  SilenceDetail: object({ ...silence, held: object({ now: integer, ended: integer }) }),
  SilenceSet: object({ id: text, tenant: text, reasons, preview: ref('SilencePreview') }, [
    'id',
    'tenant',
    'reasons',
    'preview',
  ]),
  SilencePreview: object({
    broad: flag,
    active: integer,
    alerts: list(
      object({
        fingerprint: text,
        status: oneOf(ALERT_STATUSES),
        environment: oneOf(ENVIRONMENTS),
        priority: oneOf(PRIORITIES),
        labels: texts,
      }),
    ),
    notifications: object({ since: time, all: integer, held: integer, smaller: integer }),
  }),
  SilenceEnded: object({ id: text, tenant: text, reasons }),
};

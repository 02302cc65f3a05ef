/** Groups, deliveries, dead letters. */

import { ENVIRONMENTS, PRIORITIES } from '../../alert/alert.ts';
import { RECEIPT_STEPS } from '../../alert/receipt.ts';
import { SEVERITIES } from '../../channels/failing.ts';
import { FAILURE_TYPES } from '../../channels/failure.ts';
import { CAUSES } from '../../channels/failure-cause.ts';
import { DELIVERY_STATES } from '../notifications.ts';
import {
  integer,
  line,
  list,
  object,
  oneOf,
  orNull,
  page,
  reasons,
  type Schema,
  text,
  texts,
  time,
} from '../schema-forms.ts';

export const delivery = {
  notificationId: text,
  tenant: text,
  channel: text,
  groupId: text,
  groupKey: text,
  status: oneOf(['firing', 'resolved']),
  environment: oneOf(ENVIRONMENTS),
  priority: oneOf(PRIORITIES),
  state: oneOf(DELIVERY_STATES),
  attempts: integer,
  notBefore: orNull(time),
  deadLetterId: orNull(text),
  createdAt: time,
  updatedAt: time,
  alerts: integer,
  fingerprints: list(text),
  reasons,
  recipient: orNull(text),
  wentOnAs: orNull(text),
  cameFrom: orNull(text),
  receipt: orNull(object({ state: oneOf(RECEIPT_STEPS), at: orNull(time), detail: text })),
  tookSeconds: orNull({ type: 'number' }),
  audience: {
    ...orNull({ type: 'object', additionalProperties: integer }),
    description:
      'Of a notification for an audience: how many it has come to (told), and how many of them are in each state.',
  },
};

const member = {
  notificationId: text,
  recipient: text,
  state: oneOf(DELIVERY_STATES),
  attempts: integer,
  notBefore: orNull(time),
  deadLetterId: orNull(text),
  updatedAt: time,
  reasons,
};

const letter = {
  id: text,
  kind: oneOf(['input', 'delivery']),
  tenant: text,
  subject: text,
  at: time,
  state: oneOf(['open', 'replayed']),
  replayed: orNull(object({ at: time, by: text })),
  reasons,
};

export const NOTIFICATION_SCHEMAS: Readonly<Record<string, Schema>> = {
  Group: object({
    id: text,
    tenant: text,
    key: text,
    labels: texts,
    channels: list(text),
    alerts: integer,
    createdAt: time,
    nextFlush: orNull(time),
    lastFlush: orNull(time),
    escalation: orNull(
      object({
        policy: text,
        clock: oneOf(['runs', 'stands', 'held']),
        since: time,
        unacknowledgedSeconds: integer,
        channels: list(text),
        next: orNull(object({ step: integer, repetition: integer, channels: list(text), at: orNull(time) })),
        reasons,
      }),
    ),
    decisions: list(object({ ...line, channel: orNull(text), recipient: orNull(text), notificationId: orNull(text) })),
  }),
  GroupList: page('groups', 'Group'),
  Delivery: object(delivery),
  DeliveryList: page('deliveries', 'Delivery'),
  DeliveryDetail: object({
    ...delivery,
    history: list(object({ at: time, type: text, attempt: integer, reasons })),
  }),
  AudienceMember: object(member),
  AudienceMemberList: page('members', 'AudienceMember'),
  Submitted: object({ notificationId: text, reasons }),
  ChannelTest: object({ by: text, comment: text, address: text }, ['by', 'comment', 'address']),
  ChannelList: object({
    channels: list(
      object({
        tenant: text,
        name: text,
        type: text,
        fallback: orNull(text),
        members: list(text),
        breaker: object({ state: oneOf(['closed', 'open']), since: orNull(time), until: orNull(time), reasons }),
        health: orNull(object({ state: oneOf(['healthy', 'degraded', 'failed']), at: time, detail: text })),
        failure: orNull(
          object({
            ...{
              type: oneOf(FAILURE_TYPES),
              severity: oneOf(SEVERITIES),
              host: orNull(text),
              detail: text,
              since: time,
            },
            ...{ waiting: integer, urgent: integer, takenOverBy: orNull(text) },
          }),
        ),
      }),
    ),
    causes: list(
      object({
        ...{ tenant: text, kind: oneOf(CAUSES), type: orNull(oneOf(FAILURE_TYPES)), of: orNull(text), since: time },
        ...{ channels: list(text), summary: text },
      }),
    ),
  }),
  PreviewWish: object(
    {
      tenant: text,
      channel: text,
      fingerprint: text,
      alerts: list({ type: 'object' }),
      recipient: object({ address: text, language: text, timeZone: text }, ['address', 'language', 'timeZone']),
    },
    ['tenant', 'fingerprint', 'alerts', 'recipient'],
  ),
  Preview: object({
    tenant: text,
    channel: text,
    type: text,
    messages: list(object({ what: text, contentType: text, body: text })),
    failures: list(text),
    detail: text,
  }),
  DeadLetter: object(letter),
  DeadLetterList: page('deadLetters', 'DeadLetter'),
  DeadLetterDetail: object({ ...letter, entry: { type: 'object' } }),
  Replayed: object({ id: text, reasons }),
  ReplayWish: object(
    {
      ...{ by: text, comment: text, tenant: text, channel: text, reason: text, since: time, until: time, cursor: text },
      kind: oneOf(['input', 'delivery']),
      all: { type: 'boolean' },
    },
    ['by', 'comment', 'tenant', 'channel', 'reason', 'since', 'until', 'cursor', 'kind', 'all'],
  ),
  ReplayedAll: object({
    replayed: list(text),
    refused: list(object({ id: text, detail: text })),
    next: orNull(text),
  }),
};

/** What is said of alerts: their state, and who was told what, and why. */

import { ENVIRONMENTS, PRIORITIES } from '../../alert/alert.ts';
import { VERDICTS } from '../../archive/queries/verdict.ts';
import { ALERT_STATUSES, APPROVAL_STATES } from '../alerts.ts';
import { INCIDENT_KINDS, INCIDENT_STATES } from '../incidents.ts';
import {
  flag,
  integer,
  line,
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
import { delivery } from './notification.ts';

const alert = {
  tenant: text,
  fingerprint: { type: 'string', pattern: '^[0-9a-f]{16}$' },
  status: oneOf(ALERT_STATUSES),
  environment: oneOf(ENVIRONMENTS),
  priority: oneOf(PRIORITIES),
  namespace: text,
  labels: texts,
  annotations: texts,
  generatorURL: text,
  source: text,
  startsAt: time,
  endsAt: orNull(time),
  firstSeen: time,
  openedAt: time,
  lastSeen: time,
  occurrences: integer,
  episode: integer,
  acknowledged: orNull(object({ by: text, at: time, comment: text })),
  snoozed: orNull(object({ by: text, until: time, comment: text })),
  approval: {
    ...orNull(
      object({
        state: oneOf(APPROVAL_STATES),
        rule: text,
        until: time,
        default: oneOf(['approve', 'reject']),
        approvers: list(text),
        decided: orNull(object({ at: time, by: orNull(text), comment: text })),
      }),
    ),
    description: 'Set where a rule of a Filter has it wait for a person; decided by null: nobody decided in time.',
  },
  flapping: orNull(object({ since: time, heldUntil: orNull(time), openings: integer })),
  policy: text,
  reasons,
};

export const joined = { joinedAt: time, because: list(text) };

const place = orNull(object({ rule: text, file: text, line: integer }));

const attempt = object({ at: time, type: text, attempt: integer, reasons });

export const ALERT_SCHEMAS: Readonly<Record<string, Schema>> = {
  Receipt: object({
    id: text,
    state: oneOf(['accepted', 'processed']),
    acceptedAt: time,
    accepted: integer,
    decided: integer,
    alerts: list(object({ index: integer, tenant: text, fingerprint: text, outcome: text, reasons })),
  }),
  Alert: object(alert),
  AlertList: page('alerts', 'Alert'),
  AlertDetail: object({
    ...alert,
    state: { ...oneOf(ALERT_STATUSES), description: 'The same as status.' },
    holds: list(object({ group: text, since: time, until: orNull(time), reason: ref('Reason') })),
    history: list(object({ ...line, type: text, detail: text })),
    incidents: list(
      object({
        id: text,
        kind: oneOf(INCIDENT_KINDS),
        rule: text,
        action: text,
        state: oneOf(INCIDENT_STATES),
        parent: orNull(text),
        ...joined,
      }),
    ),
    receivers: list(ref('Receiver')),
    steps: list(ref('Step')),
    policies: list(object({ hash: text, activatedAt: orNull(time), process: orNull(text) })),
    ledger: list(ref('LedgerLine')),
  }),
  Receiver: object({
    channel: { ...orNull(text), description: 'null: nobody, or no channel reaches the recipient.' },
    recipient: { ...orNull(text), description: 'user/NAME; null: the channel itself.' },
    group: { ...orNull(text), description: 'Id of the group.' },
    verdict: oneOf(VERDICTS),
    told: { ...flag, description: 'It accepted a notification of this episode.' },
    at: orNull(time),
    answer: { ...text, description: 'The whole answer in a line.' },
    notificationId: orNull(text),
    attempts: integer,
    reasons,
  }),
  Step: object({
    step: { ...text, description: 'In the order of deciding: normalise, classify, filter, priority, ... deliver.' },
    input: { ...texts, description: 'What it looked at.' },
    reasons: list(
      object({
        code: text,
        detail: text,
        at: { ...orNull(time), description: 'null: when it was last routed.' },
        times: integer,
        channel: orNull(text),
        policy: { ...orNull(text), description: 'Hash of the policy that decided.' },
        rule: { ...place, description: 'Where the rule is declared, if the policy that decided is in force.' },
      }),
    ),
  }),
  LedgerLine: object({
    group: object({ id: text, key: text, labels: texts }),
    channel: orNull(text),
    recipient: orNull(text),
    notified: flag,
    nextFlush: orNull(time),
    decisions: list(
      object({
        ...line,
        notificationId: orNull(text),
        policy: orNull(text),
        held: orNull(ref('Reason')),
        heldCount: integer,
      }),
    ),
    deliveries: list(object({ ...delivery, said: oneOf(['firing', 'resolved', '']), history: list(attempt) })),
  }),
  Person: object({ by: text, comment: text }, ['by', 'comment']),
  Comment: object({ by: text, comment: text }, ['by']),
  Snooze: object({ until: time, by: text, comment: text }, ['by', 'comment']),
  Done: object({ tenant: text, fingerprint: text, action: text, reasons }),
};

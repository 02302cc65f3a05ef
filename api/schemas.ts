/** The answers of the API as JSON Schema, for openapi.json. Their meaning stands in archive/queries/. */

import { ENVIRONMENTS, PRIORITIES } from '../alert/alert.ts';
import { CRITICALITIES } from '../alert/namespace.ts';
import { VERDICTS } from '../archive/queries/receivers.ts';
import { ALERT_STATUSES, APPROVAL_STATES } from './alerts.ts';
import { INCIDENT_KINDS, INCIDENT_STATES } from './incidents.ts';
import { NAMESPACE_STATES } from './namespaces.ts';
import { DELIVERY_STATES } from './notifications.ts';
import { PROMOTION_STATES } from './promotions.ts';
import { SILENCE_STATES } from './silences.ts';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const flag: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };
const texts: Schema = { type: 'object', additionalProperties: { type: 'string' } };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const list = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** All properties are there always, unless they are named as optional. */
function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required };
}

const page = (name: string, item: string): Schema =>
  object({ [name]: list(ref(item)), next: { ...orNull(text), description: 'For `cursor`; null on the last page.' } });
const reasons = list(ref('Reason'));
const line = { at: time, since: time, times: integer, reasons };

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

const delivery = {
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
};

const silence = {
  id: text,
  tenant: text,
  state: oneOf(SILENCE_STATES),
  matchers: list(text),
  startsAt: time,
  endsAt: time,
  createdBy: text,
  comment: text,
  broad: flag,
  createdAt: time,
  updatedAt: time,
  endedEarly: orNull(object({ at: time, by: text })),
};

const number: Schema = { type: 'number' };

const namespace = {
  tenant: text,
  namespace: text,
  state: oneOf(NAMESPACE_STATES),
  environment: oneOf(ENVIRONMENTS),
  priority: oneOf(PRIORITIES),
  policy: text,
  reason: text,
  firstSeen: time,
  lastSeen: time,
  dormantSince: orNull(time),
  alerts: integer,
  businessUnit: orNull(text),
  owner: orNull(text),
  costCenter: orNull(text),
  criticality: orNull(oneOf(CRITICALITIES)),
  slo: orNull(object({ name: text, objective: orNull(number) })),
  compliance: list(text),
  calendar: orNull(text),
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

const joined = { joinedAt: time, because: list(text) };

const counts: Schema = { type: 'object', additionalProperties: { type: 'integer' } };

const incident = {
  id: text,
  tenant: text,
  kind: oneOf(INCIDENT_KINDS),
  rule: text,
  action: oneOf(['annotate', 'suppressChildren', 'storm']),
  state: oneOf(INCIDENT_STATES),
  groupedBy: texts,
  parent: { ...orNull(text), description: 'Fingerprint; null for a storm.' },
  alerts: { ...integer, description: 'That ever were part of it.' },
  openedAt: time,
  updatedAt: time,
  closedAt: orNull(time),
  evidence: list(object({ kind: text, text, alerts: integer })),
  breakdown: orNull(
    object({
      alerts: integer,
      namespaces: counts,
      alertnames: counts,
      severities: counts,
      environments: counts,
      priorities: counts,
    }),
  ),
  reasons,
};

const place = orNull(object({ rule: text, file: text, line: integer }));

const activation = {
  hash: { ...text, description: 'As decisions name it.' },
  activatedAt: time,
  process: { ...text, description: 'Host and process id of the one that was first.' },
  count: { ...integer, description: 'Resources.' },
  resources: { ...text, description: 'Hash of all of them, the Sources included.' },
  files: list(text),
  fileCount: integer,
  active: flag,
};

const attempt = object({ at: time, type: text, attempt: integer, reasons });

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Reason: object({ code: text, detail: text }),
  Problem: object(
    {
      type: text,
      title: text,
      status: integer,
      detail: text,
      problems: list(object({ path: text, value: {}, allowed: text })),
      problemCount: integer,
      reasons,
    },
    ['detail', 'problems', 'problemCount', 'reasons'],
  ),
  Rules: object({
    policy: text,
    processes: integer,
    rules: list(
      object({
        tenant: text,
        filter: text,
        rule: text,
        action: text,
        matched: integer,
        notMatched: integer,
        errors: integer,
      }),
    ),
  }),
  Policy: object(activation),
  PolicyList: object({ policies: list(ref('Policy')) }),
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
    channel: { ...orNull(text), description: 'null: nobody.' },
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
    channel: text,
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
  Incident: object(incident),
  IncidentList: page('incidents', 'Incident'),
  IncidentDetail: object({ ...incident, members: list(object({ fingerprint: text, ...joined })) }),
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
    decisions: list(object({ ...line, channel: text, notificationId: orNull(text) })),
  }),
  GroupList: page('groups', 'Group'),
  Delivery: object(delivery),
  DeliveryList: page('deliveries', 'Delivery'),
  DeadLetter: object(letter),
  Namespace: object(namespace),
  NamespaceList: page('namespaces', 'Namespace'),
  NamespaceDetail: object({
    ...namespace,
    history: list(
      object({
        at: time,
        type: oneOf(['first-seen', 'reclassified', 'dormant', 'returned']),
        environment: text,
        before: orNull(text),
        policy: text,
        detail: text,
      }),
    ),
    placement: {
      ...orNull(object({ id: text, environment: oneOf(ENVIRONMENTS), because: text })),
      description: 'The promotion that put it where it is; null where nobody moved it.',
    },
    profile: object({
      environment: oneOf(ENVIRONMENTS),
      priority: oneOf(PRIORITIES),
      because: { type: 'object', additionalProperties: ref('Reason') },
      violations: reasons,
    }),
  }),
  DeadLetterList: page('deadLetters', 'DeadLetter'),
  DeadLetterDetail: object({ ...letter, entry: { type: 'object' } }),
  Person: object({ by: text, comment: text }, ['by', 'comment']),
  Snooze: object({ until: time, by: text, comment: text }, ['by', 'comment']),
  PromotionRequest: object({ to: oneOf(ENVIRONMENTS), override: flag, by: text, comment: text }, [
    'override',
    'by',
    'comment',
  ]),
  Promotion: object({
    id: text,
    tenant: text,
    namespace: text,
    state: oneOf(PROMOTION_STATES),
    from: oneOf(ENVIRONMENTS),
    to: oneOf(ENVIRONMENTS),
    by: text,
    comment: text,
    requestedAt: time,
    expiresAt: time,
    endedAt: orNull(time),
    needed: integer,
    approvers: list(text),
    decisions: list(object({ verdict: oneOf(['approve', 'reject']), by: text, at: time, comment: text })),
    reasons,
  }),
  PromotionList: page('promotions', 'Promotion'),
  PromotionDone: object({ id: text, tenant: text, namespace: text, reasons }),
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
  Done: object({ tenant: text, fingerprint: text, action: text, reasons }),
  Replayed: object({ id: text, reasons }),
  Status: { type: 'object' },
};

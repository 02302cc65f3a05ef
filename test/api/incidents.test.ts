import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CorrelationEvent } from '../../alert/correlation-event.ts';
import { reason } from '../../alert/reason.ts';
import { Projector } from '../../archive/project.ts';
import { forget } from '../../archive/retention.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from '../archive/archive-file.ts';
import { commits, fingerprintOf, opened, T0 } from '../archive/journal-of.ts';
import { anAlert } from '../rules/window-alert.ts';
import { ServedApi } from './served-api.ts';

const EVIDENCE = [
  { kind: 'rule', text: 'rule node-down: 3 alerts', alerts: 3 },
  { kind: 'node', text: 'same node n7', alerts: 2 },
] as const;

const joinedBy = (n: number, ...by: number[]) => ({ fingerprint: fingerprintOf(n), by });

const openedIncident: CorrelationEvent = {
  type: 'incident.opened',
  key: 'acme',
  at: T0 + 1000,
  incident: 'i1',
  rule: 'node-down',
  action: 'suppressChildren',
  groupedBy: { cluster: 'eu-1' },
  parent: fingerprintOf(1),
  joined: [joinedBy(1, 0, 1), joinedBy(2, 0, 1), joinedBy(3, 0)],
  evidence: EVIDENCE,
  hold: null,
  reasons: [reason('incident.opened', 'rule node-down: 3 alerts')],
};

const updatedIncident: CorrelationEvent = {
  ...openedIncident,
  type: 'incident.updated',
  at: T0 + 2000,
  parent: fingerprintOf(2),
  joined: [joinedBy(4, 0)],
  reasons: [reason('incident.updated', '1 alerts joined')],
};

const closedIncident: CorrelationEvent = {
  type: 'incident.closed',
  key: 'acme',
  at: T0 + 9000,
  incident: 'i1',
  reasons: [reason('incident.over')],
};

const BREAKDOWN = {
  alerts: 101,
  namespaces: { shop: 101 },
  alertnames: { Down: 101 },
  severities: { warning: 101 },
  environments: { production: 101 },
  priorities: { P3: 101 },
};

const storm: CorrelationEvent[] = [
  {
    type: 'storm.opened',
    key: 'acme',
    at: T0 + 5000,
    incident: 's1',
    rule: 'limit/default/P3',
    groupedBy: { namespace: 'shop' },
    breakdown: BREAKDOWN,
    phase: 'rising',
    reasons: [reason('storm.opened', 'more than 100')],
  },
  {
    type: 'correlation.entered',
    key: 'acme',
    at: T0 + 5001,
    alert: { ...anAlert({ alertname: 'Down' }), fingerprint: fingerprintOf(5) },
    kept: false,
    counted: [],
    storms: ['s1'],
    reasons: [],
  },
];

const alerts = [1, 2, 3, 4, 5].map((n) => opened(n, `r${n}`));

test('[BR-AP-004] [BR-AP-020] incidents are listed with their evidence, and one of them with why each alert is part of it', async () => {
  const api = await new ServedApi().start(alerts, [openedIncident], [updatedIncident]);
  const { body } = await api.get('/v1/incidents');
  assert.deepEqual(body.incidents, [
    {
      id: 'i1',
      tenant: 'acme',
      kind: 'incident',
      rule: 'node-down',
      action: 'suppressChildren',
      state: 'open',
      groupedBy: { cluster: 'eu-1' },
      parent: fingerprintOf(2),
      alerts: 4,
      openedAt: '2026-11-23T09:00:01.000Z',
      updatedAt: '2026-11-23T09:00:02.000Z',
      closedAt: null,
      evidence: EVIDENCE,
      breakdown: null,
      reasons: [{ code: 'incident.updated', detail: '1 alerts joined' }],
    },
  ]);
  const one = await api.get('/v1/incidents/i1');
  assert.deepEqual(
    one.body.members.map(({ fingerprint, because }: { fingerprint: string; because: string[] }) => [
      fingerprint,
      because,
    ]),
    [
      [fingerprintOf(1), ['rule node-down: 3 alerts', 'same node n7']],
      [fingerprintOf(2), ['rule node-down: 3 alerts', 'same node n7']],
      [fingerprintOf(3), ['rule node-down: 3 alerts']],
      [fingerprintOf(4), ['rule node-down: 3 alerts']],
    ],
  );
  assert.equal((await api.get('/v1/incidents/other')).status, 404);
});

test('[BR-AP-020] the ledger of an alert says which incident it is part of, and because of what', async () => {
  const api = await new ServedApi().start(alerts, [openedIncident], storm);
  const { body } = await api.get(`/v1/alerts/acme/${fingerprintOf(2)}`);
  assert.deepEqual(body.incidents, [
    {
      id: 'i1',
      kind: 'incident',
      rule: 'node-down',
      action: 'suppressChildren',
      state: 'open',
      parent: fingerprintOf(1),
      joinedAt: '2026-11-23T09:00:01.000Z',
      because: ['rule node-down: 3 alerts', 'same node n7'],
    },
  ]);
  const counted = await api.get(`/v1/alerts/acme/${fingerprintOf(5)}`);
  assert.deepEqual(
    counted.body.incidents.map(({ id, kind, because }: Record<string, unknown>) => [id, kind, because]),
    [['s1', 'storm', ['counted in the storm']]],
  );
});

test('[BR-AP-004] incidents and storms are told apart, open and closed', async () => {
  const api = await new ServedApi().start(alerts, [openedIncident], storm, [closedIncident]);
  const ids = async (query: string) =>
    (await api.get(`/v1/incidents?${query}`)).body.incidents.map(({ id }: { id: string }) => id);
  assert.deepEqual(await ids(''), ['s1', 'i1']);
  assert.deepEqual(await ids('kind=storm'), ['s1']);
  assert.deepEqual(await ids('state=closed'), ['i1']);
  assert.deepEqual(await ids('state=open'), ['s1']);
  assert.deepEqual(await ids('rule=node-down&tenant=acme'), ['i1']);
  assert.deepEqual(await ids('tenant=other'), []);
  const [page] = [(await api.get('/v1/incidents?limit=1')).body];
  assert.deepEqual(await ids(`limit=1&cursor=${page.next}`), ['i1']);
  const stormAnswer = (await api.get('/v1/incidents/s1')).body;
  assert.deepEqual([stormAnswer.breakdown, stormAnswer.alerts, stormAnswer.parent], [BREAKDOWN, 101, null]);
});

test('[BR-REL-013] events taken in again change nothing, and what closed long ago is forgotten with its alerts', async () => {
  const database = await newArchive();
  const projector = new Projector(database, silentLog);
  const journal = commits(alerts, [openedIncident], [closedIncident], storm);
  await projector.project([{ partition: 'a0', records: journal }]);
  await projector.project([{ partition: 'a0', records: journal }]);
  const rows = () => database.reader.selectFrom('incident_alerts').selectAll().execute();
  assert.equal((await rows()).length, 4);
  await forget(database, T0 + 100_000, new AbortController().signal);
  assert.deepEqual(
    (await rows()).map(({ incident_id }) => incident_id),
    ['s1'],
  );
  const left = await database.reader.selectFrom('incidents').select('id').execute();
  assert.deepEqual(left, [{ id: 's1' }]);
});

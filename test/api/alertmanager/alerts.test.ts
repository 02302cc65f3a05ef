import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reason } from '../../../alert/reason.ts';
import { ruleOf } from '../../../alert/silence.ts';
import { answerInParts } from '../../../api/alertmanager/answer.ts';
import { readMatcher } from '../../../resources/matcher.ts';
import { fingerprintOf, heldFlush, joined, opened, resolved, silenceSet, T0 } from '../../archive/journal-of.ts';
import { ServedApi } from '../served-api.ts';

interface Shown {
  readonly fingerprint: string;
  readonly status: Readonly<Record<'silencedBy' | 'inhibitedBy' | 'mutedBy', string[]>> & { readonly state: string };
}

const shown = (list: readonly Shown[]) => list.map(({ fingerprint, status }) => [fingerprint, status.state]);
const PATH = '/api/v2/alerts';

test('[BR-INT-001] what fires is listed by fingerprint in the form of Alertmanager, with its receivers', async () => {
  const api = await new ServedApi().start(
    [opened(2, 'r2'), opened(1, 'r1'), opened(3, 'r3'), joined(1), joined(2)],
    [resolved(3, 'r4')],
  );
  const { status, body } = await api.get(PATH);
  assert.equal(status, 200);
  assert.deepEqual(shown(body), [
    [fingerprintOf(1), 'active'],
    [fingerprintOf(2), 'active'],
  ]);
  assert.deepEqual(body[0], {
    annotations: { summary: 'latency of instance 1 is high', runbook: 'https://runbooks.example/latency' },
    // Its sender gives no end.
    endsAt: new Date(T0 + 300_000).toISOString(),
    fingerprint: fingerprintOf(1),
    receivers: [{ name: 'ops' }, { name: 'pager' }],
    startsAt: new Date(T0 - 1000).toISOString(),
    status: { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] },
    updatedAt: new Date(T0).toISOString(),
    generatorURL: 'http://prometheus.example/graph?g0.expr=x',
    labels: { alertname: 'HighLatency', namespace: 'shop-prod', severity: 'critical', instance: '10.0.0.1:9090' },
  });
});

test('[BR-INT-001] filters see what Herald added, and what is wrong with one is a text, as clients of Alertmanager print it', async () => {
  const api = await new ServedApi().start([opened(1, 'r1'), opened(2, 'r2'), joined(1)]);
  const found = async (query: string) => (await api.get(`${PATH}?${query}`)).body.length;
  assert.equal(await found('filter=instance%3D~%2210.0.0.1.*%22'), 1);
  assert.equal(await found('filter=environment%3D%22production%22&filter=alertname%3DHighLatency'), 2);
  assert.equal(await found('filter=environment%3D%22staging%22'), 0);
  assert.equal(await found('receiver=pag.*'), 2);
  assert.equal(await found('receiver=pag'), 0);
  for (const query of ['filter=a%3D~%22(%22', 'receiver=(', 'active=perhaps', `filter=${'x'.repeat(3000)}`]) {
    const { status, type, body } = await api.get(`${PATH}?${query}`);
    assert.deepEqual([status, type, typeof body], [400, 'application/json', 'string'], query);
  }
  const large = Array.from({ length: 50 }, (_, i) => `filter=${encodeURIComponent(`a${i}=~"\\\\pL{6}"`)}`).join('&');
  const { status, body } = await api.get(`${PATH}?${large}`);
  assert.equal(status, 400);
  assert.match(
    body,
    /^bad matcher a2=~.*: with it, the patterns stand for more than 4000 states together; allowed: fewer/,
  );
});

test('a list of any length is written part by part, and others have their turn meanwhile', async () => {
  const parts = ['[', ...Array.from({ length: 20 }, (_, i) => (i === 0 ? '"\u2603"' : ',"\u2603"')), ']'];
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const { body } = await answerInParts(takingTime(parts));
  isOver = true;
  assert.ok(turns >= parts.length - 1, `${turns} turns for ${parts.length} parts`);
  assert.equal(String(body), parts.join(''));
});

/** Each part is the work of a whole slice. */
function* takingTime(parts: readonly string[]): Iterable<string> {
  for (const part of parts) {
    const since = performance.now();
    while (performance.now() - since < 3);
    yield part;
  }
}

test('[BR-INT-001] an alert is suppressed by silences in force, declared ones too, and by what its group last decided', async () => {
  const inhibited = reason('hold.inhibited', `by alert ${fingerprintOf(2)} (rule)`);
  const api = await new ServedApi().start(
    [opened(1, 'r1'), opened(2, 'r2'), opened(3, 'r3'), opened(4, 'r4'), joined(1), joined(3), joined(4)],
    [silenceSet('s1', T0, { matchers: ['instance=~"10.0.0.1.*"'] })],
    [heldFlush(T0 + 1, [3], 'began', inhibited), heldFlush(T0 + 1, [4], 'began', reason('hold.maintenance', 'window'))],
  );
  const silence = { id: 'declared/nights', tenant: 'acme', matchers: ['instance=~"10.0.0.1.*"'] };
  const rule = ruleOf(
    { ...silence, startsAt: T0 - 1, endsAt: T0 + 1000, createdBy: '', comment: '', broad: true },
    readMatcher,
  );
  api.declaredSilences = [rule!];
  const { body } = await api.get(PATH);
  assert.deepEqual(
    body.map(({ status }: Shown) => status),
    [
      { state: 'suppressed', silencedBy: ['declared/nights', 's1'], inhibitedBy: [], mutedBy: [] },
      { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] },
      { state: 'suppressed', silencedBy: [], inhibitedBy: [fingerprintOf(2)], mutedBy: [] },
      { state: 'suppressed', silencedBy: [], inhibitedBy: [], mutedBy: ['hold.maintenance'] },
    ],
  );
  const without = async (query: string) =>
    shown((await api.get(`${PATH}?${query}`)).body).map(([fingerprint]) => fingerprint);
  assert.deepEqual(await without('silenced=false'), [2, 3, 4].map(fingerprintOf));
  assert.deepEqual(await without('inhibited=false'), [1, 2, 4].map(fingerprintOf));
  assert.deepEqual(await without('active=false&muted=false'), [1, 3].map(fingerprintOf));
  api.now = T0 + 1000;
  assert.deepEqual((await api.get(PATH)).body[0].status.silencedBy, ['s1']);
  api.now = T0 + 3_600_000;
  assert.equal((await api.get(PATH)).body[0].status.state, 'active');
});

test('[BR-INT-001] an inhibitor that has ended inhibits nothing, though the group has not been looked at since', async () => {
  const inhibited = reason('hold.inhibited', `by alert ${fingerprintOf(2)} (rule)`);
  const api = await new ServedApi().start(
    [opened(1, 'r1'), opened(2, 'r2'), joined(1)],
    [heldFlush(T0 + 1, [1], 'began', inhibited)],
    [resolved(2, 'r3')],
  );
  assert.deepEqual(shown((await api.get(PATH)).body), [[fingerprintOf(1), 'active']]);
});

test('[BR-INT-001] groups stand once for each receiver, with the alerts that are asked for', async () => {
  const api = await new ServedApi().start([opened(1, 'r1'), opened(2, 'r2'), joined(1), joined(2)]);
  const { body } = await api.get('/api/v2/alerts/groups');
  assert.deepEqual(
    body.map(({ labels, receiver, alerts }: { labels: object; receiver: object; alerts: Shown[] }) => [
      labels,
      receiver,
      alerts.length,
    ]),
    [
      [{ alertname: 'HighLatency' }, { name: 'ops' }, 2],
      [{ alertname: 'HighLatency' }, { name: 'pager' }, 2],
    ],
  );
  const { body: one } = await api.get('/api/v2/alerts/groups?receiver=ops&filter=instance%3D%2210.0.0.1:9090%22');
  assert.deepEqual([one.length, one[0].receiver.name, one[0].alerts.length], [1, 'ops', 1]);
});

test('[BR-INT-001] more alerts than one answer of the archive holds are all listed', async () => {
  const many = Array.from({ length: 1203 }, (_, i) => opened(i + 1, `r${i}`));
  const api = await new ServedApi().start(many);
  const { body } = await api.get(PATH);
  assert.equal(new Set(body.map(({ fingerprint }: Shown) => fingerprint)).size, 1203);
});

test('[BR-INT-001] without an archive all of it is a 503 with Retry-After', async () => {
  const api = await new ServedApi().start([]);
  api.query = async () => {
    throw Object.assign(new Error('no archive is running'), { code: 'archive.unavailable' });
  };
  for (const path of [PATH, '/api/v2/alerts/groups', '/api/v2/silences', '/api/v2/silence/x']) {
    const { status, retryAfter, body } = await api.get(path);
    assert.deepEqual([status, retryAfter, body], [503, '1', 'no archive is running'], path);
  }
});

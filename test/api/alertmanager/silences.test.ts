import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reason } from '../../../alert/reason.ts';
import { silenceEnded, silenceSet, T0 } from '../../archive/journal-of.ts';
import { ServedApi } from '../served-api.ts';

const HOUR = 3_600_000;
const later = (ms: number) => new Date(T0 + ms).toISOString();
const MATCHER = { name: 'alertname', value: 'DiskFull', isRegex: false };
const POSTED = { matchers: [MATCHER], startsAt: later(0), endsAt: later(HOUR), createdBy: 'ann', comment: 'swap' };

async function served(...journal: Parameters<ServedApi['start']>): Promise<ServedApi> {
  const api = await new ServedApi().start(...journal);
  api.reply = async () => ({ ok: true, status: 200, reasons: [reason('silence.set')] });
  return api;
}

/** The archive learns of a silence as soon as it is set. */
function knowing(api: ServedApi): ServedApi {
  const asArchive = api.query;
  api.query = async (name, params) => {
    const set = name === 'silence' ? api.silences.findLast(({ silence }) => silence === params.id) : undefined;
    if (set === undefined) return asArchive(name, params);
    const { content, tenant } = set;
    if (content === null) return { ...((await asArchive(name, params)) as object), state: 'expired' };
    const times = {
      startsAt: new Date(content.startsAt).toISOString(),
      endsAt: new Date(content.endsAt).toISOString(),
    };
    return { id: set.silence, tenant, state: 'active', ...content, ...times, updatedAt: later(0), endedEarly: null };
  };
  return api;
}

test('[BR-INT-001] [BR-AP-008] a silence that amtool posts is set, and answered with its id once it can be read', async () => {
  const api = knowing(await served([]));
  const { status, body } = await api.post('/api/v2/silences', POSTED);
  const [entry] = api.silences;
  assert.deepEqual([status, body], [200, { silenceID: entry?.silence }]);
  assert.deepEqual([entry?.tenant, entry?.change, entry?.by], ['acme', false, 'ann']);
  assert.deepEqual(entry?.content, {
    matchers: ['alertname="DiskFull"'],
    startsAt: T0,
    endsAt: T0 + HOUR,
    createdBy: 'ann',
    comment: 'swap',
    broad: true,
  });
  const kinds = [
    [false, true],
    [true, true],
    [false, false],
    [true, false],
  ] as const;
  const matchers = kinds.map(([isRegex, isEqual], i) => ({ name: `l${i}`, value: 'a"b', isRegex, isEqual }));
  await api.post('/api/v2/silences', { ...POSTED, matchers });
  assert.deepEqual(api.silences[1]?.content?.matchers, ['l0="a\\"b"', 'l1=~"a\\"b"', 'l2!="a\\"b"', 'l3!~"a\\"b"']);
  const shown = await api.get(`/api/v2/silence/${api.silences[1]?.silence}`);
  assert.deepEqual(shown.body.matchers, matchers);
});

test('[BR-INT-001] a silence is changed by its id while it lasts; of one that has ended another begins; an unknown one is a 404', async () => {
  const api = knowing(await served([silenceSet('s1'), silenceSet('s2')], [silenceEnded('s2', T0)]));
  assert.equal((await api.post('/api/v2/silences', { ...POSTED, id: 's1' })).body.silenceID, 's1');
  assert.deepEqual([api.silences[0]?.silence, api.silences[0]?.change], ['s1', true]);
  const { body } = await api.post('/api/v2/silences', { ...POSTED, id: 's2' });
  assert.notEqual(body.silenceID, 's2');
  assert.equal(api.silences[1]?.change, false);
  const unknown = await api.post('/api/v2/silences', { ...POSTED, id: 'nothing' });
  assert.deepEqual([unknown.status, unknown.body], [404, 'silence nothing not found']);
});

const LARGE = ['a', 'b', 'c'].map((name) => ({ name, value: '\\pL{6}', isRegex: true }));

test('[BR-INT-001] what is wrong with a silence is a 400 with a text', async () => {
  const api = await served([]);
  const wrong: readonly [unknown, RegExp][] = [
    ['{', /no JSON/],
    [[], /no JSON object/],
    [{ ...POSTED, matchers: [] }, /matchers/],
    [{ ...POSTED, matchers: [{ name: 'a', value: '(', isRegex: true }] }, /matchers\[0\]/],
    [{ ...POSTED, matchers: [{ name: 'a', value: 1 }] }, /matchers\[0\]/],
    [{ ...POSTED, matchers: [{ name: 'a', value: '.*', isRegex: true }] }, /empty value/],
    [{ ...POSTED, matchers: LARGE }, /matchers\[2\].*more than 4000 states together/],
    [{ ...POSTED, endsAt: later(-1) }, /start time must be before end time/],
    [{ ...POSTED, startsAt: later(-2), endsAt: later(-1) }, /in the past/],
    [{ ...POSTED, startsAt: 'soon' }, /startsAt/],
    [{ ...POSTED, comment: 'x'.repeat(3000) }, /comment/],
  ];
  for (const [body, why] of wrong) {
    const answer = await api.post('/api/v2/silences', body);
    assert.deepEqual([answer.status, answer.type], [400, 'application/json'], JSON.stringify(body));
    assert.match(answer.body, why);
  }
  assert.deepEqual(api.silences, []);
});

test('[BR-INT-001] silences are listed active ones first, filtered by their own matchers; ended ones say when they ended', async () => {
  const api = await served(
    [silenceSet('ends-late', T0, { endsAt: T0 + 2 * HOUR }), silenceSet('ends-soon'), silenceSet('over')],
    [
      silenceSet('later', T0, { startsAt: T0 + 1000, matchers: ['alertname="X"', 'node=~"n.*"'] }),
      silenceEnded('over', T0 + 5),
    ],
  );
  api.now = T0 + 10;
  const { body } = await api.get('/api/v2/silences');
  assert.deepEqual(
    body.map(({ id, status }: { id: string; status: { state: string } }) => [id, status.state]),
    [
      ['ends-soon', 'active'],
      ['ends-late', 'active'],
      ['later', 'pending'],
      ['over', 'expired'],
    ],
  );
  assert.equal(body[3].endsAt, later(5));
  const found = await api.get('/api/v2/silences?filter=node%3D~%22n.*%22');
  assert.deepEqual(
    found.body.map(({ id }: { id: string }) => id),
    ['later'],
  );
  assert.deepEqual((await api.get('/api/v2/silences?filter=node%3D%22n.*%22')).body, []);
});

test('[BR-INT-001] a silence is ended by its id; one that is not there, or has ended, is a 404', async () => {
  const api = knowing(await served([silenceSet('s1')]));
  const server = api.url('/api/v2/silence/s1');
  const answer = await fetch(server, { method: 'DELETE' });
  assert.deepEqual([answer.status, await answer.text()], [200, '']);
  assert.deepEqual([api.silences[0]?.silence, api.silences[0]?.content, api.silences[0]?.tenant], ['s1', null, 'acme']);
  api.reply = async () => ({ ok: false, status: 404, reasons: [reason('silence.refused', 'it has ended')] });
  const again = await api.delete('/api/v2/silence/s1');
  assert.deepEqual([again.status, again.body], [404, 'it has ended']);
});

test('[BR-INT-001] status and receivers', async () => {
  const api = await served([]);
  const { body } = await api.get('/api/v2/status');
  assert.deepEqual([body.cluster.status, body.versionInfo.version], ['ready', '0.1.0']);
  assert.equal(body.config.original, 'route: { receiver: ops }\n');
  assert.equal(body.uptime, later(-HOUR));
  assert.deepEqual((await api.get('/api/v2/receivers')).body, [{ name: 'console' }, { name: 'ops' }]);
});

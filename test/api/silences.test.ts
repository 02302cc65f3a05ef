import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reason } from '../../alert/reason.ts';
import { fingerprintOf, heldFlush, joined, opened, silenceSet, T0 } from '../archive/journal-of.ts';
import { ServedApi } from './served-api.ts';

const HOUR = 3_600_000;
const later = (ms: number) => new Date(T0 + ms).toISOString();
const BODY = {
  tenant: 'acme',
  matchers: ['severity="critical"'],
  endsAt: later(HOUR),
  createdBy: 'ann',
  comment: 'upgrade',
};

async function served(...journal: Parameters<ServedApi['start']>): Promise<ServedApi> {
  const api = await new ServedApi().start(...journal);
  api.reply = async () => ({ ok: true, status: 200, reasons: [reason('silence.set')] });
  return api;
}

test('[BR-AP-008] a silence is answered with its id once it is set; it begins now unless it says otherwise', async () => {
  const api = await served([]);
  const { status, body } = await api.post('/v1/silences', BODY);
  assert.deepEqual([status, body.tenant, body.reasons], [200, 'acme', [reason('silence.set')]]);
  const content = {
    matchers: BODY.matchers,
    startsAt: T0,
    endsAt: T0 + HOUR,
    createdBy: 'ann',
    comment: 'upgrade',
    broad: false,
  };
  const of = { kind: 'silence', tenant: 'acme', silence: body.id, change: false, by: 'ann' };
  assert.deepEqual(api.silences, [{ ...of, id: body.id, content }]);
});

test('[BR-AP-008] the same Idempotency-Key names the same silence, and an id says which one is changed', async () => {
  const api = await served([]);
  const key = { 'idempotency-key': 'k1' };
  const first = await api.post('/v1/silences', BODY, key);
  const again = await api.post('/v1/silences', BODY, key);
  const other = await api.post('/v1/silences', { ...BODY, tenant: 'other' }, key);
  assert.equal(first.body.id, again.body.id);
  assert.notEqual(first.body.id, other.body.id);
  await api.post('/v1/silences', { ...BODY, id: first.body.id, endsAt: later(2 * HOUR) });
  const { silence, change, content } = api.silences[3]!;
  assert.deepEqual([silence, change, content?.endsAt], [first.body.id, true, T0 + 2 * HOUR]);
});

test('[BR-AP-008] what is wrong with a silence is named by its path, all of it at once', async () => {
  const api = await served([]);
  const wrong = { matchers: ['a=~"("', 7, 'b="1"'], startsAt: 'soon', endsAt: later(-1), broad: 'yes', comment: 5 };
  const { status, body } = await api.post('/v1/silences', wrong);
  assert.equal(status, 422);
  assert.deepEqual(
    body.problems.map(({ path }: { path: string }) => path).sort(),
    ['/broad', '/comment', '/endsAt', '/matchers/0', '/matchers/1', '/startsAt'].sort(),
  );
  for (const body of [{}, { ...BODY, matchers: [] }, { ...BODY, endsAt: undefined }, { ...BODY, matchers: 'a="1"' }]) {
    assert.equal((await api.post('/v1/silences', body)).status, 422, JSON.stringify(body));
  }
  const large = await api.post('/v1/silences?preview=true', {
    ...BODY,
    matchers: ['a=~"\\\\pL{6}"', 'b=~"\\\\pL{6}"', 'c="1"', 'd=~"\\\\pL{6}"'],
  });
  assert.deepEqual(
    large.body.problems.map(({ path }: { readonly path: string }) => path),
    ['/matchers/3'],
  );
  assert.match(large.body.problems[0].allowed, /^fewer or smaller patterns .*more than 4000 states together/);
  const { body: of } = await api.post('/v1/silences', { ...BODY, tenant: 'no/tenant' });
  assert.equal(of.problems[0].path, '/tenant');
  assert.deepEqual(api.silences, []);
});

test('[BR-AP-008] a field that is none is refused, and what was read may be sent back with a change', async () => {
  const api = await served([silenceSet('s1', T0)]);
  const typo = await api.post('/v1/silences', { ...BODY, startAt: later(1000), by: 'ann' });
  assert.equal(typo.status, 422);
  const [first, second] = typo.body.problems;
  assert.deepEqual([first.path, second.path], ['/startAt', '/by']);
  assert.match(first.allowed, /^no such field; .*startsAt, endsAt, createdBy/);
  assert.deepEqual(api.silences, []);
  const { body } = await api.get('/v1/silences/s1');
  const changed = await api.post('/v1/silences', { ...body, endsAt: later(3 * HOUR) });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
});

test('[BR-AP-008] a silence that would cover what has nothing to do with each other must say that it is meant', async () => {
  const api = await served([]);
  for (const matchers of [
    ['a!="1"'],
    ['alertname=~".*"'],
    ['environment="production"'],
    ['alertname=~".+"', 'tenant="acme"'],
  ]) {
    const { status, body } = await api.post('/v1/silences', { ...BODY, matchers });
    assert.deepEqual([status, body.problems[0].path], [422, '/matchers'], matchers.join());
    assert.match(body.problems[0].allowed, /broad: true/);
    assert.equal((await api.post('/v1/silences', { ...BODY, matchers, broad: true })).status, 200);
  }
  assert.equal(api.silences.length, 4);
});

test('[BR-AP-008] a preview says what it would hold back now and would have, how broad it is, and keeps nothing', async () => {
  const api = await served([opened(1, 'r1'), opened(2, 'r2')]);
  const { status, body } = await api.post('/v1/silences?preview=true', {
    ...BODY,
    matchers: ['instance="10.0.0.1:9090"'],
  });
  assert.equal(status, 200);
  assert.deepEqual([body.preview.active, body.preview.broad, body.preview.notifications.held], [1, false, 0]);
  assert.equal(body.preview.alerts[0].fingerprint, fingerprintOf(1));
  const all = await api.post('/v1/silences?preview=true', { ...BODY, matchers: ['tenant="acme"'] });
  assert.deepEqual([all.body.preview.active, all.body.preview.broad], [2, true]);
  assert.deepEqual(api.silences, []);
  assert.equal((await api.post('/v1/silences?preview=perhaps', BODY)).status, 400);
});

test('[BR-AP-008] silences are listed by their state as it is now, and one of them says what it holds', async () => {
  const api = await served([silenceSet('s1'), opened(1, 'r1'), joined(1)], [heldFlush(T0 + 1, [1])]);
  api.now = T0 + 10;
  const active = await api.get('/v1/silences?state=active&tenant=acme');
  assert.deepEqual(
    active.body.silences.map(({ id }: { id: string }) => id),
    ['s1'],
  );
  assert.deepEqual((await api.get('/v1/silences/s1')).body.held, { now: 1, ended: 0 });
  api.now = T0 + HOUR;
  assert.deepEqual((await api.get('/v1/silences?state=active')).body.silences, []);
  assert.equal((await api.get('/v1/silences/s1')).body.state, 'expired');
  assert.equal((await api.get('/v1/silences/nothing')).status, 404);
  assert.equal((await api.get('/v1/silences?state=asleep')).status, 400);
});

const DECLARED = { id: 'migration', tenant: 'acme', matchers: ['team="db"'], startsAt: T0, endsAt: T0 + HOUR };
const declaredSilence = (change: object = {}) => ({
  silence: { ...DECLARED, createdBy: 'configuration', comment: 'planned', broad: false, ...change },
  matchers: [],
});

test('[BR-AP-008] declared silences are listed before those that people set, marked, page by page and by their state', async () => {
  const api = await served([silenceSet('s1'), silenceSet('s2')]);
  api.declaredSilences = [
    declaredSilence(),
    declaredSilence({ id: 'later', startsAt: T0 + 1000 }),
    declaredSilence({ id: 'elsewhere', tenant: 'other' }),
  ];
  api.now = T0 + 10;
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body } = await api.get(`/v1/silences?tenant=acme&limit=1&cursor=${cursor}`);
    assert.equal(status, 200);
    assert.ok(body.silences.length <= 1);
    for (const { id, declared } of body.silences) seen.push(`${id} ${declared}`);
    cursor = body.next;
  }
  assert.deepEqual(seen.slice(0, 2), ['migration true', 'later true']);
  assert.deepEqual(seen.slice(2).sort(), ['s1 false', 's2 false']);
  const { body } = await api.get('/v1/silences?state=active');
  assert.deepEqual(body.silences.map(({ id }: { id: string }) => id).sort(), ['elsewhere', 'migration', 's1', 's2']);
});

test('[BR-AP-008] a declared silence says what it holds back, and is ended only where it is declared', async () => {
  const api = await served([opened(1, 'r1'), joined(1)], [heldFlush(T0 + 1, [1])]);
  api.declaredSilences = [declaredSilence({ id: 's1' })];
  const { body } = await api.get('/v1/silences/s1');
  assert.deepEqual([body.declared, body.held], [true, { now: 1, ended: 0 }]);
  const { status, body: refused } = await api.delete('/v1/silences/s1', { by: 'bob' });
  assert.equal(status, 409);
  assert.match(refused.detail, /s1 is declared; take it out of the resources/);
  assert.deepEqual(api.silences, []);
});

test('[BR-AP-008] a silence for a tenant that nothing is declared for is refused with those that there are', async () => {
  const api = await served([]);
  for (const path of ['/v1/silences', '/v1/silences?preview=true']) {
    const { status, body } = await api.post(path, { ...BODY, tenant: 'acne' });
    assert.deepEqual([status, body.problems[0].path], [422, '/tenant']);
    assert.match(body.problems[0].allowed, /acme, other, default/);
  }
  assert.deepEqual(api.silences, []);
});

test('[BR-AP-008] a silence is ended by whoever knows its id; what is not there is a 404', async () => {
  const api = await served([silenceSet('s1')]);
  const { status, body } = await api.delete('/v1/silences/s1', { by: 'bob' });
  assert.deepEqual([status, body.id, body.tenant], [200, 's1', 'acme']);
  const [entry] = api.silences;
  assert.deepEqual([entry?.silence, entry?.tenant, entry?.content, entry?.by], ['s1', 'acme', null, 'bob']);
  assert.equal((await api.delete('/v1/silences/nothing')).status, 404);
  api.reply = async () => ({ ok: false, status: 404, reasons: [reason('silence.refused', 'it has ended')] });
  const over = await api.delete('/v1/silences/fresh?tenant=acme');
  assert.deepEqual([over.status, over.body.detail], [404, 'it has ended']);
});

test('what the owner of a silence refuses is a 422 with its reason', async () => {
  const api = await served([]);
  api.reply = async () => ({
    ok: false,
    status: 422,
    reasons: [reason('silence.refused', 'endsAt is not in the future')],
  });
  const { status, body } = await api.post('/v1/silences', BODY);
  assert.deepEqual([status, body.detail], [422, 'endsAt is not in the future']);
});

test('[BR-AP-L23] snoozing asks until when; a time that is past or too far is a 422, an ended alert a 409', async () => {
  const api = await served([opened(1, 'r1')]);
  const path = `/v1/alerts/acme/${fingerprintOf(1)}/snooze`;
  assert.equal((await api.post(path, { until: later(HOUR), by: 'ann' })).status, 200);
  assert.deepEqual([api.commands[0]?.action, api.commands[0]?.until], ['snooze', T0 + HOUR]);
  for (const until of [undefined, 'tomorrow', 5]) {
    const { status, body } = await api.post(path, { until });
    assert.deepEqual([status, body.problems[0].path], [422, '/until']);
  }
  assert.equal((await api.post(path)).status, 422);
  assert.equal(api.commands.length, 1);
  const reasons = [reason('command.refused', 'snooze: until 2026-01-01 is not in the future')];
  api.reply = async () => ({ ok: false, status: 422, reasons });
  const past = await api.post(path, { until: later(-1) });
  assert.deepEqual([past.status, past.body.reasons], [422, reasons]);
  api.reply = async () => ({ ok: false, status: 409, reasons });
  assert.equal((await api.post(path, { until: later(1) })).status, 409);
});

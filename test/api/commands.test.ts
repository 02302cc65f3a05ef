import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reason } from '../../alert/reason.ts';
import { CommandUnanswered } from '../../api/operator-ports.ts';
import { deadInput, delivery, fingerprintOf, opened, replayedInput, T0 } from '../archive/journal-of.ts';
import { ServedApi } from './served-api.ts';

const PATH = `/v1/alerts/acme/${fingerprintOf(1)}`;

test('[BR-AP-L22] acknowledging and closing are answered once the alert has decided', async () => {
  const api = await new ServedApi().start([opened(1, 'r1')]);
  const { status, body } = await api.post(
    `${PATH}/acknowledge`,
    { by: 'ada', comment: 'on it' },
    { 'idempotency-key': 'k1' },
  );
  assert.equal(status, 200);
  assert.deepEqual(body.reasons, [reason('alert.acknowledged')]);
  assert.equal((await api.post(`${PATH}/close`)).status, 200);
  const about = { kind: 'command', tenant: 'acme', fingerprint: fingerprintOf(1) };
  assert.deepEqual(api.commands, [
    { ...about, id: 'k1', action: 'acknowledge', by: 'ada', comment: 'on it' },
    { ...about, id: 'id-1', action: 'close', by: 'api', comment: '' },
  ]);
});

test('what the state of the alert does not allow is a 409 with the reasons', async () => {
  const api = await new ServedApi().start([]);
  const reasons = [reason('command.refused', 'close: it is resolved already')];
  api.reply = async () => ({ ok: false, status: 409, reasons });
  const { status, type, body } = await api.post(`${PATH}/close`);
  assert.deepEqual([status, type], [409, 'application/problem+json']);
  assert.deepEqual(body.reasons, reasons);
  assert.equal(body.detail, 'close: it is resolved already');
});

test('an alert that is not known is a 404, and what can be no fingerprint is not even asked about', async () => {
  const api = await new ServedApi().start([]);
  api.reply = async () => ({ ok: false, status: 404, reasons: [reason('command.refused', 'no such alert is known')] });
  assert.equal((await api.post(`${PATH}/close`)).status, 404);
  assert.equal(api.commands.length, 1);
  assert.equal((await api.post('/v1/alerts/acme/NOT-A-FINGERPRINT/close')).status, 404);
  assert.equal(api.commands.length, 1);
});

test('a command that nobody answers is a 503 and safe to repeat under its key', async () => {
  const api = await new ServedApi().start([]);
  api.reply = async () => {
    throw new CommandUnanswered('nobody owns a0 now');
  };
  const { status, retryAfter, body } = await api.post(`${PATH}/close`);
  assert.deepEqual([status, retryAfter, body.detail], [503, '1', 'nobody owns a0 now']);
});

test('a body that is no JSON, no object, or of wrong types is refused by path', async () => {
  const api = await new ServedApi().start([]);
  for (const [body, status] of [
    ['{"by":', 400],
    ['[]', 422],
    ['null', 422],
    ['"ada"', 422],
  ] as const) {
    assert.equal((await api.post(`${PATH}/close`, body)).status, status, body);
  }
  const { status, body } = await api.post(`${PATH}/close`, { by: 5, comment: 'x'.repeat(2001) });
  assert.equal(status, 422);
  assert.deepEqual(
    body.problems.map(({ path }: { path: string }) => path),
    ['/by', '/comment'],
  );
  assert.equal((await api.post(`${PATH}/close`, undefined, { 'idempotency-key': 'k'.repeat(201) })).status, 400);
  assert.deepEqual(api.commands, []);
});

test('[BR-ERR-009] a dead letter is put in again as it was, once', async () => {
  const api = await new ServedApi().start([deadInput(1, 'r1'), deadInput(2, 'r2')], [replayedInput(2)]);
  api.reply = async () => ({ ok: true, status: 200, reasons: [reason('dead-letter.replayed')] });
  const first = await api.post('/v1/dead-letters/letter-1/replay', { by: 'ada' });
  assert.deepEqual([first.status, first.body.id], [200, 'letter-1']);
  const [replay] = api.replays;
  assert.deepEqual([replay?.deadLetterId, replay?.by, replay?.entry.kind], ['letter-1', 'ada', 'alert']);
  assert.ok(replay?.entry.kind === 'alert' && replay.entry.alert.fingerprint === fingerprintOf(1));
  assert.equal((await api.post('/v1/dead-letters/letter-2/replay')).status, 409);
  assert.equal((await api.post('/v1/dead-letters/letter-3/replay')).status, 404);
  assert.equal(api.replays.length, 1);
});

test('[BR-ERR-009] open dead letters are replayed by filters, each by itself, and every filter counts', async () => {
  const api = await new ServedApi().start(
    [deadInput(1, 'r1', T0), deadInput(2, 'r2', T0 + 1000), deadInput(3, 'r3', T0 + 2000)],
    [delivery('dead', 'n1', [1], T0 + 3000)],
    [replayedInput(3)],
  );
  api.now = T0 + 10_000;
  const asked = async (body: object) => {
    api.replays.length = 0;
    const answer = await api.post('/v1/dead-letters/replay', { by: 'ada', ...body });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.deepEqual(
      api.replays.map(({ deadLetterId }) => deadLetterId),
      [...answer.body.replayed, ...answer.body.refused.map(({ id }: { id: string }) => id)],
    );
    return answer.body;
  };
  api.reply = async () => ({ ok: true, status: 200, reasons: [] });
  assert.deepEqual((await asked({ all: true })).replayed, ['letter-1', 'letter-2', 'dead-n1']);
  assert.equal(api.replays[0]?.by, 'ada');
  assert.deepEqual((await asked({ channel: 'ops' })).replayed, ['dead-n1']);
  assert.deepEqual((await asked({ channel: 'other' })).replayed, []);
  assert.deepEqual((await asked({ kind: 'input' })).replayed, ['letter-1', 'letter-2']);
  assert.deepEqual((await asked({ tenant: 'nobody' })).replayed, []);
  assert.deepEqual((await asked({ reason: 'dead-letter.decision-failed' })).replayed, ['letter-1', 'letter-2']);
  const since = new Date(T0 + 500).toISOString();
  assert.deepEqual((await asked({ since, until: new Date(T0 + 2500).toISOString() })).replayed, ['letter-2']);
  api.reply = async () => ({ ok: false, status: 409, reasons: [reason('command.refused', 'not now')] });
  assert.deepEqual((await asked({ since })).refused, [
    { id: 'letter-2', detail: 'not now' },
    { id: 'dead-n1', detail: 'not now' },
  ]);
  const listed = await api.get(`/v1/dead-letters?reason=dead-letter.decision-failed&since=${since}`);
  assert.deepEqual(
    listed.body.deadLetters.map(({ id }: { id: string }) => id),
    ['letter-3', 'letter-2'],
  );
  assert.equal((await api.get('/v1/dead-letters?since=yesterday')).status, 400);
});

test('[BR-ERR-009] pages of a replay come to an end: a letter that dies again meanwhile is not taken with a later one', async () => {
  const letters = Array.from({ length: 505 }, (_, i) => deadInput(i + 1, `r${i + 1}`, T0 + i));
  const api = await new ServedApi().start(letters);
  api.now = T0 + 501;
  api.reply = async () => ({ ok: true, status: 200, reasons: [] });
  const replay = async (body: object) => (await api.post('/v1/dead-letters/replay', { all: true, ...body })).body;
  const first = await replay({});
  assert.equal(first.replayed.length, 500);
  api.now = T0 + 60_000;
  const second = await replay({ cursor: first.next });
  assert.deepEqual([second.replayed, second.next], [['letter-501', 'letter-502'], null]);
  assert.equal((await api.post('/v1/dead-letters/replay', { all: true, cursor: 'mine' })).status, 422);
});

test('[BR-ERR-009] a replay of everything has to be asked for as such, and a misspelt filter is no filter', async () => {
  const api = await new ServedApi().start([deadInput(1, 'r1')]);
  for (const body of [{}, { all: false }, { chanel: 'ops' }, { since: 'yesterday' }])
    assert.equal((await api.post('/v1/dead-letters/replay', body)).status, 422, JSON.stringify(body));
  assert.equal(api.replays.length, 0);
});

test('[BR-AP-L22] a comment needs words, and is given to an alert that only the archive still knows', async () => {
  const api = await new ServedApi().start([opened(1, 'r1')]);
  const none = await api.post(`${PATH}/comment`, { by: 'ada', comment: '  ' });
  assert.deepEqual([none.status, none.body.problems[0].path, api.commands.length], [422, '/comment', 0]);
  const reasons = [reason('alert.commented', 'by ada')];
  api.reply = async () =>
    api.commands.at(-1)?.known === true
      ? { ok: true, status: 200, reasons }
      : { ok: false, status: 404, reasons: [reason('command.refused', 'comment: no such alert is known')] };
  const { status, body } = await api.post(
    `${PATH}/comment`,
    { by: 'ada', comment: 'the disk' },
    { 'idempotency-key': 'k' },
  );
  assert.deepEqual([status, body.reasons], [200, reasons]);
  const about = { kind: 'command', id: 'k', tenant: 'acme', fingerprint: fingerprintOf(1), action: 'comment' };
  const said = { ...about, by: 'ada', comment: 'the disk' };
  assert.deepEqual(api.commands, [said, { ...said, known: true }]);
  const unknown = `/v1/alerts/acme/${fingerprintOf(2)}/comment`;
  assert.equal((await api.post(unknown, { comment: 'the disk' })).status, 404);
  assert.equal(api.commands.length, 3, 'what the archive does not know either is not asked again');
});

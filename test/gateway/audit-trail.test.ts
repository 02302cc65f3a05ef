import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ApiKey } from '../../access/api-key.ts';
import { type AuditEvent, type AuditRecord, auditKey, verifyChain } from '../../access/audit-chain.ts';
import { auditPage } from '../../bus/audit-log.ts';
import { type Bus, connectBus } from '../../bus/connection.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { AUDIT_STREAM } from '../../bus/subjects.ts';
import { auditKeyOf } from '../../gateway/audit-key.ts';
import { AuditTrail } from '../../gateway/audit-trail.ts';
import { auditedKeys, auditedSecrets } from '../../gateway/audited-credentials.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

const KEY = auditKey('a key of the audit chain for tests only');
const ACK = { what: 'alert.acknowledge', subject: 'default/2c2fd01e4dd3c6e1', by: 'maria' };
const done = async () => ({ status: 200, reasons: [{ code: 'alert.acknowledged' }] });
const buses: Bus[] = [];

before(async () => {
  const server = await startNats({ maxFileStore: 8 * 1024 ** 3 });
  for (let i = 0; i < 3; i++) buses.push(await connectBus({ url: server.url, name: `test ${i}`, log: silentLog }));
  await ensureStreams(buses[0]!, { alert: 1, channel: 1 }, { ingestMaxBytes: 64 * 1024 * 1024 });
});

after(() => Promise.all(buses.map((one) => one.close())));

function trail(bus: () => Bus | null = () => buses[0]!, key: Buffer | null = KEY) {
  const clock = new FakeClock();
  return { clock, audit: new AuditTrail({ key, bus, process: 'host:1', clock, log: silentLog }) };
}

async function all(): Promise<AuditRecord[]> {
  return auditPage(buses[0]!, { limit: 10_000, after: 0 });
}

const since = async (position: number) => (await all()).filter((record) => record.position > position);
const last = async () => (await auditPage(buses[0]!, { limit: 1 }))[0]?.position ?? 0;

test('[BR-SEC-015] a command is written down before it is carried out, and what came of it afterwards', async () => {
  const { audit } = trail();
  let before: AuditRecord[] = [];
  await audit.command(ACK, async () => {
    before = await all();
    return done();
  });
  await audit.close();
  assert.deepEqual(
    before.map(({ event, what, by }) => [event, what, by]),
    [['command.asked', 'alert.acknowledge', 'maria']],
  );
  const [, answered] = await all();
  assert.deepEqual([answered?.event, answered?.detail], ['command.answered', '200 alert.acknowledged']);
});

test('[BR-SEC-015] several processes write one chain, and none of their records is lost', async () => {
  const from = await last();
  const trails = buses.map((bus) => trail(() => bus).audit);
  const EACH = 15;
  await Promise.all(
    trails.flatMap((audit, i) =>
      Array.from({ length: EACH }, (_, n) => audit.command({ ...ACK, by: `person ${i}.${n}` }, done)),
    ),
  );
  await Promise.all(trails.map((audit) => audit.close()));
  const written = await since(from);
  assert.equal(written.length, trails.length * EACH * 2);
  assert.equal(new Set(written.map(({ event, by }) => `${event} ${by}`)).size, written.length);
  const verdict = await verifyChain(KEY, await all());
  assert.equal(verdict.code, 'audit.whole', JSON.stringify(verdict));
});

test('[BR-SEC-015] nobody deletes or purges records, and what is put in besides breaks the chain at its place', async () => {
  const { jsm, nc } = buses[0]!;
  await assert.rejects(jsm.streams.deleteMessage(AUDIT_STREAM, 1));
  await assert.rejects(jsm.streams.purge(AUDIT_STREAM));
  const records = await all();
  const forged = { ...records.at(-1)!, position: records.length + 1, by: 'nobody' };
  await nc.request('herald.internal.audit', JSON.stringify(forged));
  const verdict = await verifyChain(KEY, await all());
  assert.ok(verdict.code === 'audit.broken');
  assert.equal(verdict.position, records.length + 1);
});

test('a command that cannot be written down is not carried out', async () => {
  const { audit } = trail(() => null);
  let ran = false;
  const run = async () => {
    ran = true;
    return done();
  };
  await assert.rejects(audit.command(ACK, run), { code: 'ingest.unavailable' });
  assert.equal(ran, false);
});

test('without a key nothing is written, and commands are carried out', async () => {
  const from = await last();
  const { audit } = trail(() => null, null);
  assert.equal((await audit.command(ACK, done)).status, 200);
  audit.refused({ code: 'auth.wrong', subject: 'alertmanager', address: '192.0.2.1', by: null });
  await audit.close();
  assert.equal(await last(), from);
});

test('[BR-SEC-015] a flood of refusals takes two records a minute, and other refusals keep theirs', async () => {
  const from = await last();
  const { audit, clock } = trail();
  for (let i = 0; i < 500; i++)
    audit.refused({ code: 'auth.wrong', subject: 'alertmanager', address: '192.0.2.1', by: null });
  audit.refused({ code: 'auth.missing', subject: 'grafana', address: '192.0.2.2', by: null });
  clock.advance(60_000);
  await audit.close();
  const written = (await since(from)).map(({ what, subject, by, detail }) => [what, subject, by, detail].join(' '));
  assert.deepEqual(written, [
    'auth.wrong alertmanager 192.0.2.1 ',
    'auth.missing grafana 192.0.2.2 ',
    'auth.wrong alertmanager 192.0.2.1 499 more within a minute',
  ]);
});

test('[BR-SEC-015] who comes from a thousand addresses fills a bounded part of the audit', async () => {
  const from = await last();
  const { audit } = trail();
  for (let i = 0; i < 1000; i++)
    audit.refused({ code: 'auth.wrong', subject: 's', address: `2001:db8::${i.toString(16)}`, by: null });
  await audit.close();
  const written = await since(from);
  assert.ok(written.length <= 202, String(written.length));
  assert.equal(written.at(-1)?.detail, '799 more within a minute');
});

test('refusals wait while NATS is out of reach, and are written once it is back', async () => {
  const from = await last();
  let bus: Bus | null = null;
  const { audit, clock } = trail(() => bus);
  audit.refused({ code: 'auth.wrong', subject: 'late', address: '192.0.2.3', by: null });
  await new Promise(setImmediate);
  bus = buses[0]!;
  await until('it to be written', async () => {
    clock.advance(1000);
    return (await since(from)).length === 1;
  });
  await audit.close();
});

test('the key is HERALD_AUDIT_KEY, else a file beside our own nats-server, else none', () => {
  const data = mkdtempSync(join(tmpdir(), 'herald-key-'));
  try {
    const settings = { auditSecret: null, natsUrl: null, data };
    assert.equal(auditKeyOf(settings, false), null);
    const made = auditKeyOf(settings, true);
    assert.equal(made?.length, 32);
    assert.deepEqual(auditKeyOf(settings, false), made);
    assert.equal(statSync(join(data, 'audit.key')).mode & 0o077, 0);
    assert.equal(auditKeyOf({ ...settings, natsUrl: 'nats://a:4222' }, true), null);
    const set = auditKeyOf({ ...settings, auditSecret: 'x'.repeat(32), natsUrl: 'nats://a:4222' }, true);
    assert.notDeepEqual(set, made);
  } finally {
    rmSync(data, { recursive: true });
  }
});

test('[BR-SEC-015] changes of API keys and secrets are written down before they are made, with who, what came of them, and no secret', async () => {
  const from = await last();
  const { audit } = trail();
  const key: ApiKey = {
    name: 'grafana',
    grants: [],
    createdAt: 1,
    createdBy: 'maria',
    expiresAt: null,
    secrets: [{ digest: 'd1gest', createdAt: 1, until: null }],
    revoked: null,
  };
  const seen: (string | undefined)[] = [];
  const look = async () => void seen.push((await since(from)).at(-1)?.what);
  const put = auditedKeys(audit, async ({ expiresAt }) => {
    await look();
    return expiresAt === null;
  });
  await put(key, null, 'maria');
  await put({ ...key, expiresAt: 2 }, key, 'eve');
  await put({ ...key, revoked: { at: 3, by: 'otto' } }, key, 'otto');
  const smtp = { tenant: 'default', name: 'smtp' };
  const store = auditedSecrets(audit, {
    problem: () => null,
    list: () => [],
    set: look,
    delete: async () => false,
    rotate: async () => ({ resealed: 1, current: 0, failed: [], key: '1a2b3c4d' }),
  });
  await store.set(smtp, 'hunter2', 'maria');
  await store.delete(smtp, 'eve');
  await store.rotate([smtp], 'otto');
  await audit.close();
  assert.deepEqual(seen, ['api-key.create', 'api-key.rotate', 'api-key.revoke', 'secret.set'], 'each after its record');
  const written = await since(from);
  const lines = (wanted: AuditEvent['event']) =>
    written
      .filter(({ event }) => event === wanted)
      .map(({ what, subject, by, detail }) => [what, subject, by, ...(wanted === 'command.asked' ? [] : [detail])])
      .map((words) => words.join(' '));
  assert.deepEqual(lines('command.answered'), [
    'api-key.create grafana maria 200',
    'api-key.rotate grafana eve 409 changed meanwhile',
    'api-key.revoke grafana otto 200',
    'secret.set default/smtp maria 200',
    'secret.delete default/smtp eve 404',
    'secret.rotate 1 secrets otto 200 by key 1a2b3c4d: 1 encrypted anew, 0 were already, 0 could not be',
  ]);
  assert.deepEqual(lines('command.asked').length, 6);
  assert.doesNotMatch(JSON.stringify(written), /hunter2|d1gest/);
});

test('[BR-SEC-015] a refusal names the key that is known, and where it was used', async () => {
  const from = await last();
  const { audit } = trail();
  audit.refused({
    code: 'access.revoked',
    subject: 'GET /v1/alerts',
    address: '192.0.2.9',
    by: 'grafana',
    detail: '/v1/alerts',
  });
  await audit.close();
  const [record] = await since(from);
  assert.deepEqual([record?.by, record?.detail], ['grafana', '/v1/alerts from 192.0.2.9']);
});

test('[BR-REL-004] closed while NATS is out of reach, it asks for nothing more: a stop has ten seconds for all', async () => {
  const asked: string[] = [];
  const streams = { getMessage: () => new Promise<never>(() => asked.push('a NATS that hangs')) };
  const lost = { ...buses[0]!, connected: () => false, jsm: { ...buses[0]!.jsm, streams } } as unknown as Bus;
  const { audit } = trail(() => lost);
  const closed = audit.close();
  audit.post({ ...ACK, event: 'process.stopped', detail: '' });
  await closed;
  await audit.close();
  assert.deepEqual(asked, []);
});

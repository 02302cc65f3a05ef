import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AuditEvent, type AuditRecord, auditKey, auditRecord, verifyChain } from '../../access/audit-chain.ts';
import '../support/leaks.ts';

const KEY = auditKey('a secret of some length, for tests only');
const stamp = (at: number) => ({ at, process: 'host:1' });
const event = (what: string): AuditEvent => ({
  event: 'command.asked',
  what,
  subject: 'default/2c2fd01e4dd3c6e1',
  by: 'maria',
  detail: '',
});

function chain(length: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let i = 0; i < length; i++)
    records.push(auditRecord(KEY, records.at(-1) ?? null, event(`alert.${i}`), stamp(1000 + i)));
  return records;
}

const broken = async (records: AuditRecord[], head: AuditRecord | null = null) => {
  const verdict = await verifyChain(KEY, records, head);
  return verdict.code === 'audit.broken' ? verdict.position : null;
};

test('[BR-SEC-015] a chain that nobody touched is whole, and names its head', async () => {
  const records = chain(5);
  const head = { position: 5, mac: records[4]!.mac };
  assert.deepEqual(await verifyChain(KEY, records, head), { code: 'audit.whole', from: 1, head });
  assert.deepEqual(await verifyChain(KEY, []), { code: 'audit.empty' });
});

test('[BR-SEC-015] what was changed, left out, put in, swapped or doubled is named by the first position that is wrong', async () => {
  const records = chain(8);
  const fields = ['at', 'process', 'event', 'what', 'subject', 'by', 'detail', 'previous', 'mac', 'position'] as const;
  await fc.assert(
    fc.asyncProperty(fc.nat(7), fc.constantFrom(...fields), async (at, field) => {
      const one = records[at]!;
      const value = typeof one[field] === 'number' ? Number(one[field]) + 1000 : `${one[field]}x`;
      const found = await broken(records.with(at, { ...one, [field]: value } as AuditRecord));
      // The first record says itself where it stands.
      const named = field === 'position' && at === 0 ? 1001 : at + 1;
      assert.equal(found, named, `${field} at ${at}`);
    }),
  );
  for (let at = 1; at < 7; at++) {
    assert.equal(await broken(records.toSpliced(at, 1)), at + 1, `without ${at}`);
    assert.equal(await broken(records.toSpliced(at, 0, records[at]!)), at + 2, `twice ${at}`);
    assert.equal(await broken(records.with(at, records[at + 1]!).with(at + 1, records[at]!)), at + 1, `swapped ${at}`);
  }
});

test('[BR-SEC-015] who has the store and not the key cannot write a chain that holds', async () => {
  const records = chain(4);
  const forged = auditRecord(
    auditKey('another secret altogether, of length'),
    records[1]!,
    event('alert.none'),
    stamp(9),
  );
  assert.equal(await broken([...records.slice(0, 2), forged]), 3);
  assert.equal(await broken([{ ...records[3]!, position: 1, previous: '' }]), 1);
});

test('[BR-SEC-015] a cut end is seen by the head that was kept elsewhere, and a chain begun anew as well', async () => {
  const records = chain(6);
  assert.equal(await broken(records.slice(0, 4)), null, 'the chain itself cannot show it');
  assert.equal(await broken(records.slice(0, 4), records[5]!), 5);
  assert.equal(await broken([], records[2]!), 1);
  const anew = [auditRecord(KEY, null, event('alert.other'), stamp(1))];
  assert.equal(await broken(anew, records[0]!), 1);
});

test('where the oldest records are gone for their age, the chain says where it begins', async () => {
  const records = chain(6);
  const verdict = await verifyChain(KEY, records.slice(3));
  assert.ok(verdict.code === 'audit.whole');
  assert.equal(verdict.from, 4);
});

test('no field can pass for another, and long ones are cut before they are bound', async () => {
  const one = auditRecord(KEY, null, { ...event('a'), by: 'x","y', subject: '' }, stamp(1));
  const other = auditRecord(KEY, null, { ...event('a'), by: 'x', subject: 'y' }, stamp(1));
  assert.notEqual(one.mac, other.mac);
  const long = auditRecord(KEY, null, { ...event('a'), detail: 'd'.repeat(10_000) }, stamp(1));
  assert.equal(long.detail.length, 500);
  assert.equal((await verifyChain(KEY, [long])).code, 'audit.whole');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressOfAlert } from '../../alert/entity-address.ts';
import { alertPartition, partitionOf } from '../../bus/partition.ts';

test('the partition of an alert has the number in its name', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 64 }), (tenant, fingerprint, alert) => {
      const name = partitionOf(addressOfAlert({ tenant, fingerprint }), { alert, channel: 1 });
      assert.equal(`a${alertPartition({ tenant, fingerprint }, alert)}`, name);
    }),
  );
});

test('placements stay as they were stored', () => {
  const at = (fingerprint: string) => alertPartition({ tenant: 'default', fingerprint }, 8);
  assert.deepEqual(['5a996fdebd9e7cf4', 'd4a1c8e3f0b25967', '0000000000000000'].map(at), [0, 5, 3]);
});

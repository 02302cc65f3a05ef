import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isHigher, RECEIPT_STEPS, type ReceiptStep } from '../../alert/receipt.ts';

test('[BR-NOT-012] receipts climb a ladder: in whatever order they come, the highest stands at the end', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...RECEIPT_STEPS), { minLength: 1 }), (steps) => {
      let known: ReceiptStep | null = null;
      for (const step of steps) if (isHigher(step, known)) known = step;
      assert.equal(
        known,
        RECEIPT_STEPS.findLast((step) => steps.includes(step)),
      );
    }),
  );
});

test('[BR-NOT-012] a failure that comes behind a delivery changes nothing; a delivery behind a failure does', () => {
  assert.equal(isHigher('failed', 'delivered'), false);
  assert.equal(isHigher('delivered', 'failed'), true);
  assert.equal(isHigher('sent', 'sent'), false);
});

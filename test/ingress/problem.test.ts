import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clip, Problems, pointer, problem } from '../../ingress/problem.ts';

test('[BR-WH-012] an answer stays small whatever the values and however many the problems', () => {
  fc.assert(
    fc.property(fc.anything(), fc.string({ minLength: 300, maxLength: 400 }), (value, path) => {
      const problems = new Problems();
      for (let i = 0; i < 1000; i++) problems.add(path.repeat(10), value, 'another');
      const { body } = problem(422, 'Invalid', { problems });
      assert.ok(String(body).length < 500_000);
      assert.equal(JSON.parse(String(body)).problemCount, 1000);
      assert.equal(JSON.parse(String(body)).problems.length, 100);
    }),
    { numRuns: 20 },
  );
});

test('a pointer escapes what a JSON pointer reserves', () => {
  assert.equal(pointer('a/b~c'), '/a~1b~0c');
});

test('clipping never leaves half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, most) => {
      const clipped = clip(text, most);
      assert.ok(clipped.isWellFormed());
      assert.ok(clipped.length <= Math.max(text.length, most + 3));
    }),
  );
});

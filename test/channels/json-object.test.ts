import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonObject, objectOf } from '../../channels/json-object.ts';

test('[BR-INT-004] whatever a provider answers is an object of JSON or nothing, and never an error', () => {
  assert.deepEqual(jsonObject('{"ok":true}'), { ok: true });
  for (const text of [null, '', '{"ok":', 'null', '[1]', '"ok"', '7', '<html>']) assert.equal(jsonObject(text), null);
  fc.assert(fc.property(fc.string(), (text) => typeof jsonObject(text) === 'object'));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) =>
      assert.deepEqual(jsonObject(JSON.stringify(value)), JSON.parse(JSON.stringify(value))),
    ),
  );
});

test('data of a provider that is no object is an empty one', () => {
  assert.deepEqual([null, undefined, 'x', [1], { a: 1 }].map(objectOf), [{}, {}, {}, {}, { a: 1 }]);
});

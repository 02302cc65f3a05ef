import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LabelSets, linkAlike } from '../../rules/similarity.ts';
import '../support/leaks.ts';

const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '3'));

test('[BR-AP-004] likeness lies between 0 and 1, is the same both ways, and 1 for equal sets', () => {
  fc.assert(
    fc.property(fc.array(labels, { minLength: 2, maxLength: 12 }), (sets) => {
      const space = new LabelSets(sets);
      for (let i = 0; i < sets.length; i++) {
        for (let j = 0; j < sets.length; j++) {
          const likeness = space.likeness(i, j);
          assert.ok(likeness >= 0 && likeness <= 1);
          assert.equal(likeness, space.likeness(j, i));
        }
        assert.equal(space.likeness(i, i), 1);
      }
    }),
  );
});

test('[BR-AP-004] what everybody has says little: pods of one deployment are alike, alerts of one cluster are not', () => {
  const pod = (name: string) => ({ cluster: 'eu', alertname: 'Crash', deployment: 'checkout', pod: name });
  const others = Array.from({ length: 50 }, (_, i) => ({
    cluster: 'eu',
    alertname: `A${i >> 1}`,
    app: `app-${i >> 1}`,
  }));
  const space = new LabelSets([pod('x'), pod('y'), ...others]);
  assert.ok(space.likeness(0, 1) > 0.8);
  assert.ok(space.likeness(2, 4) < 0.2);
});

test('[BR-AP-004] what is linked is as alike as asked for', () => {
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 30 }), fc.double({ min: 0.2, max: 1, noNaN: true }), (sets, least) => {
      const space = new LabelSets(sets);
      const near = () => true;
      const never = () => false;
      const leaders = new Map<number, number>();
      linkAlike(space, sets.keys(), least, near, never, (earlier, later) => {
        const leader = leaders.get(earlier) ?? earlier;
        assert.ok(later > earlier);
        leaders.set(later, leader);
      });
      for (const [set] of leaders) {
        assert.ok(sets.some((_, other) => other < set && space.likeness(other, set) >= least));
      }
    }),
  );
});

test('[BR-AP-004] equal sets always find each other', () => {
  const sets = Array.from({ length: 200 }, (_, i) => ({ a: String(i % 10), b: String(i % 10) }));
  const links: [number, number][] = [];
  linkAlike(
    new LabelSets(sets),
    sets.keys(),
    0.9,
    () => true,
    () => false,
    (a, b) => links.push([a, b]),
  );
  for (let i = 10; i < 200; i++) assert.ok(links.some(([earlier, later]) => later === i && earlier % 10 === i % 10));
});

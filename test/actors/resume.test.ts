import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resumeAfter } from '../../actors/resume.ts';

const cases: readonly [string, number, { first: number; last: number }, number][] = [
  ['that holds what comes next is read behind what was taken in', 40, { first: 41, last: 60 }, 40],
  ['that ends at what was taken in waits for more', 40, { first: 41, last: 40 }, 40],
  ['that is empty because it was made anew is read from its beginning', 40, { first: 0, last: 0 }, 0],
  ['that was made anew and filled since is read from its beginning', 40, { first: 1, last: 9 }, 0],
  ['that lost its end is read behind what is left, which was taken in', 40, { first: 31, last: 38 }, 38],
];
for (const [what, cursor, range, after] of cases)
  test(`[BR-REL-004] an inbox ${what}`, () => assert.equal(resumeAfter(cursor, range), after));

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblems, type Problem, printPath } from '../../resources/problem.ts';

const problem = (file: string, line: number, rest: Partial<Problem> = {}): Problem => ({
  file,
  line,
  column: 3,
  path: 'spec.x',
  message: 'is 1; allowed: 2',
  ...rest,
});

test('[BR-WH-012] problems print by file, with place, path and message, and their number at the end', () => {
  const text = formatProblems(
    [problem('a.yaml', 1), problem('a.yaml', 7, { path: '' }), problem('b.yaml', 0, { column: 0 })],
    5,
  );
  assert.equal(
    text,
    [
      'a.yaml:1:3',
      '    spec.x: is 1; allowed: 2',
      'a.yaml:7:3',
      '    is 1; allowed: 2',
      '',
      'b.yaml',
      '    spec.x: is 1; allowed: 2',
      '',
      '8 problems, the first 3 shown, in 2 files',
      '',
    ].join('\n'),
  );
  assert.match(formatProblems([problem('a', 1)]), /\n1 problem in 1 file\n$/);
  assert.equal(formatProblems([]), 'no problems\n');
});

test('what a broken file holds cannot command the terminal', () => {
  const text = formatProblems([problem('a\u009b', 1, { message: 'is \u001b[2J\u202e\r', path: 'spec.\u001b' })]);
  assert.ok(!/[^\P{C}\n]/u.test(text), JSON.stringify(text));
  assert.match(text, /is \\u\{1b\}\[2J/);
});

test('a path prints as people write it', () => {
  assert.equal(printPath(['spec', 'routes', 0, 'matchers', 1]), 'spec.routes[0].matchers[1]');
  assert.equal(printPath(['spec', 'headers', 'X-A b']), 'spec.headers["X-A b"]');
});

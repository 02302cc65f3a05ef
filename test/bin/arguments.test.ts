import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseArguments } from '../../bin/arguments.ts';
import { type Command, UsageError } from '../../bin/command.ts';
import '../support/leaks.ts';

const command: Command = {
  usage: ['copy FROM [TO]'],
  description: '',
  options: {
    source: { type: 'string', value: 'NAME', description: '' },
    json: { type: 'boolean', description: '' },
  },
  positionals: { min: 1, max: 2 },
  run: async () => 0,
};

const parse = (...words: string[]) => parseArguments(command, words);

test('options may stand before, between and behind the other words, with = or a blank', () => {
  assert.deepEqual(parse('--source', 'a', 'x', '--json', 'y', '--config=c'), {
    positionals: ['x', 'y'],
    options: { source: 'a', json: true, config: 'c' },
  });
});

test('after -- everything is a word, and - alone is one', () => {
  assert.deepEqual(parse('-', '--', '--json').positionals, ['-', '--json']);
});

test('an unknown option is refused with the one that was probably meant', () => {
  assert.throws(() => parse('x', '--sorce', 'a'), /unknown option --sorce; did you mean --source\?/);
  assert.throws(() => parse('x', '--toString'), /unknown option --toString$/);
});

test('an option without its value, or with one that it does not take, is refused', () => {
  assert.throws(() => parse('x', '--source'), /--source needs a value: --source NAME/);
  assert.throws(() => parse('x', '--source='), /--source needs a value/);
  assert.throws(() => parse('x', '--json=no'), /--json takes no value/);
});

test('too few and too many words are refused with how it is used', () => {
  assert.throws(() => parse(), /something is missing: herald copy FROM \[TO\]/);
  assert.throws(() => parse('a', 'b', 'c'), /"c" is one word too many/);
});

test('an empty word is refused: mostly it is a variable of the shell that is not set', () => {
  assert.throws(() => parse(''), /a word is empty: herald copy FROM \[TO\]/);
});

test('every way to use it is shown', () => {
  const two = { ...command, usage: ['copy FROM', 'copy --all'] };
  assert.throws(() => parseArguments(two, []), /something is missing: herald copy FROM \| herald copy --all$/);
});

test('with --help or -h the other words do not matter', () => {
  assert.equal(parse('--help').options.help, true);
  assert.equal(parse('-h').options.help, true);
});

test('whatever the words are: parsed, or refused as bad usage', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('--', '-', '--json', '--source', '--source=x', '-h', '--__proto__', '-jx'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      try {
        const { positionals } = parseArguments(command, words);
        assert.ok(positionals.every((positional) => words.includes(positional)));
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
      }
    }),
  );
});

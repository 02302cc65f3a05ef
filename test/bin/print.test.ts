import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPrint, printable, printableLines, table, time, wrapped } from '../../bin/print.ts';
import '../support/leaks.ts';

const quiet = { write: () => {} };
const plain = createPrint(quiet, quiet, {}).style;
const coloured = createPrint({ ...quiet, isTTY: true }, quiet, { TERM: 'xterm' }).style;

test('colours only on a terminal, and not where NO_COLOR or a dumb terminal forbids them', () => {
  assert.equal(coloured.red('x'), '\x1b[31mx\x1b[39m');
  assert.equal(plain.red('x'), 'x');
  for (const variables of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    assert.equal(createPrint({ ...quiet, isTTY: true }, quiet, variables).style.red('x'), 'x');
  }
});

test('columns are as wide as their widest cell, colours not counted, and empty ones are left out', () => {
  const rows = [
    ['a', '', coloured.red('long')],
    ['bbb', '', 'x'],
  ];
  assert.deepEqual(table(['ONE', 'EMPTY', 'TWO'], rows, plain), ['ONE  TWO', `a    ${coloured.red('long')}`, 'bbb  x']);
});

test('[BR-WH-024] no control or direction character of a sender reaches the terminal', () => {
  assert.equal(printable('a\x1b[2Jb\u202ec'), 'a\\u{1b}[2Jb\\u{202e}c');
  assert.equal(printable('a\nops  told\u2028x'), 'a\\u{a}ops  told\\u{2028}x');
  assert.equal(printableLines('a\r\nb'), 'a\\u{d}\nb');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(printable(text), /[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('times are UTC to the second, from milliseconds or text, and what is no time stays as it is', () => {
  assert.equal(time(Date.UTC(2026, 10, 23, 9, 0, 0, 999)), '2026-11-23T09:00:00Z');
  assert.equal(time('2026-11-23T10:00:00+01:00'), '2026-11-23T09:00:00Z');
  assert.equal(time('soon'), 'soon');
  assert.equal(time(null), '');
});

test('text is broken between words, and a word that is wider than the terminal is left whole', () => {
  const word = 'x'.repeat(60);
  assert.deepEqual(wrapped('short', 80, '  '), ['short']);
  const text = `${'ab '.repeat(20)}${word} end`;
  const lines = wrapped(text, 50, '  ');
  assert.deepEqual(lines, ['ab '.repeat(17).trimEnd(), '  ab ab ab', `  ${word}`, '  end']);
});

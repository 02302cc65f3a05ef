/** What commands print: plain text for pipes and files, some weight and colour for a terminal. */

import { stripVTControlCharacters } from 'node:util';

export interface Print {
  /** One line of result, on standard output. */
  line(text: string): void;
  /** One line about the run itself, on standard error. */
  note(text: string): void;
  /** For a program: one JSON document on a line. */
  json(value: unknown): void;
  readonly style: Style;
  /** Columns of the terminal; unbounded where there is none. */
  readonly width: number;
}

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly green: Paint;
}

interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** NO_COLOR: https://no-color.org */
export function createPrint(out: Stream, err: Stream, variables: Readonly<Record<string, string | undefined>>): Print {
  const colours = out.isTTY === true && !variables.NO_COLOR && variables.TERM !== 'dumb';
  const paint = (open: number, close: number): Paint =>
    colours ? (text) => `\x1b[${open}m${text}\x1b[${close}m` : (text) => text;
  return {
    line: (text) => void out.write(`${text}\n`),
    note: (text) => void err.write(`${text}\n`),
    json: (value) => void out.write(`${JSON.stringify(value)}\n`),
    width: out.isTTY === true ? (out.columns ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    style: {
      bold: paint(1, 22),
      dim: paint(2, 22),
      red: paint(31, 39),
      yellow: paint(33, 39),
      green: paint(32, 39),
    },
  };
}

/** Text of an alert's sender, in one line: its control and direction characters must not reach the terminal, nor may it write lines of its own. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/** The same for a whole message, which has lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Columns as wide as their widest cell; the last one is not padded. Empty columns are left out. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], style: Style): string[] {
  const used = header.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const kept = (row: readonly string[]) => row.filter((_, column) => used[column]);
  const all = [kept(header).map(style.dim), ...rows.map(kept)];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(widths[column]! - width(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** Narrower than this, text is not broken any more: a word in a line is no help. */
const NARROWEST = 40;

/** Plain text in lines of at most `width` columns, broken between words; the lines behind the first begin with `indent`. */
export function wrapped(text: string, width: number, indent: string): string[] {
  const most = Math.max(NARROWEST, width);
  const lines: string[] = [];
  let rest = text;
  while (rest.length > most) {
    const start = lines.length === 0 ? rest.length - rest.trimStart().length : indent.length;
    const at = rest.lastIndexOf(' ', most);
    const end = at > start ? at : rest.indexOf(' ', Math.max(most, start + 1));
    if (end < 0) break;
    lines.push(rest.slice(0, end).trimEnd());
    rest = indent + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Unix time in milliseconds or ISO text, as ISO text to the second in UTC. */
export function time(at: number | string | null | undefined): string {
  if (at === null || at === undefined) return '';
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : `${date.toISOString().slice(0, 19)}Z`;
}

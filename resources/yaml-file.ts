/** A YAML file as documents that know where in the file each of their fields stands. The only file that knows the yaml library. */

import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  stringify,
  visit,
} from 'yaml';
import { type Path, type Problem, printPath } from './problem.ts';

export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** A problem at a field, or at the nearest place above it that exists. `key`: points at its name, not its value. */
  problem(path: Path, message: string, target?: 'key' | 'value', within?: Within): Problem;
}

/** A place within a text, such as one in another language: from 1, 0 where it is not known. */
export interface Within {
  readonly line: number;
  readonly column: number;
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

/** The library would hold each key against all before it: a minute for 50,000 of them. They are looked at here (repeatedKeys). */
const OPTIONS = { prettyErrors: false, stringKeys: true, uniqueKeys: false, logLevel: 'silent' } as const;
const DEEPEST = 100;

/** Documents with broken syntax are reported and left out; empty ones are left out. */
export function parseYaml(file: string, bytes: Uint8Array): YamlFile {
  const text = decodeUtf8(bytes);
  if (text === null) return refused(file, lineOfBadByte(bytes), 'is not UTF-8; save it as UTF-8');
  const lines = new LineCounter();
  const tokens = withoutStacks(() => [...new Parser(lines.addNewLine).parse(text)]);
  const deep = nestedTooDeep(tokens);
  if (deep !== null) {
    return refused(file, lines.linePos(deep).line, `cannot be read as YAML: it is nested more than ${DEEPEST} deep`);
  }
  const parsed = withoutStacks(() => [...new Composer(OPTIONS).compose(tokens)]);
  const read = parsed.map((document) => readDocument(file, document, lines, text));
  return { documents: read.flatMap((one) => one.documents), problems: read.flatMap((one) => one.problems) };
}

/** The library makes an Error of each thing that is wrong, of which a text of 8 KB can hold 4,000: their stacks alone would take 0.2 s. */
function withoutStacks<Result>(read: () => Result): Result {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return read();
  } finally {
    Error.stackTraceLimit = before;
  }
}

export function printYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

function refused(file: string, line: number, message: string): YamlFile {
  return { documents: [], problems: [{ file, line, column: 1, path: '', message }] };
}

function readDocument(file: string, document: Document, lines: LineCounter, text: string): YamlFile {
  const faultAt = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, path: '', message: `is not good YAML: ${message}` };
  };
  const faults = [...document.errors, ...document.warnings].map(({ pos, code, message }) =>
    faultAt(pos[0], explain(code, message)),
  );
  if (faults.length === 0) faults.push(...repeatedKeys(document).map((at) => faultAt(at, 'Map keys must be unique')));
  if (faults.length > 0) return { documents: [], problems: faults };
  let value: unknown;
  let cycle: Path | null;
  try {
    value = document.toJS();
    cycle = cycleIn(value, new Set(), new Set());
  } catch (error) {
    // A few aliases of aliases can stand for billions of nodes; the library counts and refuses.
    const { line } = lines.linePos(start(document.contents) ?? 0);
    return refused(file, line, `cannot be read as YAML: ${messageOf(error)}`);
  }
  if (value === null || value === undefined) return { documents: [], problems: [] };
  if (cycle !== null) {
    const message =
      'stands for something that it is itself a part of, and would have no end; allowed: to write out what is meant';
    const problem = locate(file, document, lines, value, text).problem(cycle, message);
    return { documents: [], problems: [problem] };
  }
  return { documents: [locate(file, document, lines, value, text)], problems: [] };
}

/** Where. The library finds tokens without recursion and recurses over them: a stack that ends within it may end the process. */
function nestedTooDeep(tokens: readonly CST.Token[]): number | null {
  const waiting = tokens.map((token) => ({ token: token as CST.Token | null | undefined, depth: 0 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (token === null || token === undefined) continue;
    if (depth > DEEPEST) return token.offset;
    if (token.type === 'document') waiting.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      waiting.push({ token: key, depth: depth + 1 }, { token: value, depth: depth + 1 });
    }
  }
  return null;
}

/** Where they stand. */
function repeatedKeys(document: Document): number[] {
  const found: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name)) found.push(start(key as Node | null) ?? 0);
        seen.add(name);
      }
    },
  });
  return found;
}

/**
 * An anchor that contains its own alias becomes a value without end; nothing behind this file expects one. Where the first stands; null:
 * none does. `above`: what it is a part of. `done`: what was looked at, for aliases of aliases may stand in many places.
 */
function cycleIn(value: unknown, above: Set<object>, done: Set<object>): Path | null {
  if (typeof value !== 'object' || value === null || done.has(value)) return null;
  if (above.has(value)) return [];
  above.add(value);
  for (const [key, part] of Object.entries(value)) {
    const found = cycleIn(part, above, done);
    if (found !== null) return [Array.isArray(value) ? Number(key) : key, ...found];
  }
  above.delete(value);
  done.add(value);
  return null;
}

function locate(file: string, document: Document, lines: LineCounter, value: unknown, text: string): YamlDocument {
  return {
    file,
    value,
    problem(path, message, target = 'value', within) {
      const start = offsetOf(document, path, target);
      const { line, col } = lines.linePos(within === undefined ? start : offsetWithin(text, start, within));
      return { file, line, column: col, path: printPath(path), message };
    },
  };
}

function offsetOf(document: Document, path: Path, target: 'key' | 'value'): number {
  let node: Node | null = document.contents;
  let key: Node | null = null;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    const [nextKey, next] = childOf(node, step);
    if (nextKey === null && next === null) return start(node) ?? start(key) ?? 0;
    [key, node] = [nextKey, next];
  }
  return (target === 'key' ? start(key) : start(node)) ?? start(key) ?? start(node) ?? 0;
}

/**
 * Of a place in a scalar whose text starts at `start`. The lines of a block (`|`) stand as they are, indented; a quoted or plain one is
 * taken to have its text on one line, as it is written. What does not fit points at the start.
 */
function offsetWithin(text: string, start: number, { line, column }: Within): number {
  if (line < 1) return start;
  const block = /^[|>][^\n]*\n/.exec(text.slice(start, start + 200));
  if (block === null)
    return line > 1 ? start : start + (/^["']/.test(text.slice(start, start + 1)) ? column : column - 1);
  const indentation = /^[ \n]*?( *)[^ \n]/.exec(text.slice(start + block[0].length))?.[1]?.length ?? 0;
  let offset = start + block[0].length;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf('\n', offset);
    if (end === -1) return start;
    offset = end + 1;
  }
  return Math.min(offset + indentation + column - 1, text.length);
}

function childOf(node: Node | null, step: string | number): [Node | null, Node | null] {
  if (isSeq(node)) return [null, (node.items[Number(step)] as Node | undefined) ?? null];
  if (!isMap(node)) return [null, null];
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
  return pair === undefined ? [null, null] : [pair.key as Node, (pair.value as Node | null) ?? null];
}

function start(node: Node | null): number | null {
  return node?.range?.[0] ?? null;
}

/** The library is brief where operators stumble most. */
function explain(code: string, message: string): string {
  return code === 'TAB_AS_INDENT' ? 'a tab; indent with spaces' : message;
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Lines end in an ASCII character, so those before the bad one are good by themselves. */
function lineOfBadByte(bytes: Uint8Array): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const next = end === -1 ? bytes.length : end + 1;
    if (decodeUtf8(bytes.subarray(from, next)) === null) return line;
    from = next;
  }
  return 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

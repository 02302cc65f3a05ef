/**
 * JSON.parse for bodies so large that everybody else would wait for it: the same values and the same refusals, a piece at a time. What is
 * small is parsed by JSON.parse as a whole; a list or an object that is larger than a piece is gone through member by member, and between
 * two of them others have their turn. Refused besides: what has members by the ten thousand, or is large and nested deep, which no sender
 * of alerts writes.
 */

import type { Turns } from './turns.ts';

/** Bytes. Some 100 µs of work. */
const PIECE = 64 * 1024;
/** Deeper, what is large is parsed in one go: alerts stand one or two levels deep, and looking ahead costs once for each level. */
const MOST_DEPTH = 32;
/** Bytes of it: some tens of milliseconds. */
const LARGEST_DEEP = 1024 * 1024;
/** Of a large object. Whoever goes through it gets all of their names at once, which takes a microsecond for each. */
const MOST_MEMBERS = 50_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

interface Frame {
  readonly value: unknown[] | Record<string, unknown>;
  /** Of the member that comes next. */
  key: string;
  /** Members of an object so far. */
  count: number;
}

/** `bytes`: UTF-8, checked. Rejects with a SyntaxError, as JSON.parse throws one. */
export async function parseInSlices(bytes: Buffer, turns: Turns, piece = PIECE): Promise<unknown> {
  const reader = new Reader(bytes, piece);
  while (!reader.isDone) {
    reader.step();
    if (turns.isDue()) await turns.next();
  }
  return reader.root;
}

class Reader {
  isDone = false;
  root: unknown;
  #at = 0;
  readonly #stack: Frame[] = [];
  readonly #bytes: Buffer;
  readonly #piece: number;

  constructor(bytes: Buffer, piece: number) {
    this.#bytes = bytes;
    this.#piece = piece;
    this.#skipSpace();
  }

  /** One value, or the way into one that is large. */
  step(): void {
    const first = this.#bytes[this.#at];
    const isContainer = first === OPEN_LIST || first === OPEN_OBJECT;
    const end = isContainer ? this.#endOfContainer() : this.#endOfScalar();
    if (end === null) this.#enter(first === OPEN_LIST);
    else this.#place(this.#parse(end));
  }

  #enter(isList: boolean): void {
    this.#at += 1;
    this.#skipSpace();
    const frame: Frame = { value: isList ? [] : {}, key: '', count: 0 };
    if (this.#bytes[this.#at] === (isList ? CLOSE_LIST : CLOSE_OBJECT)) {
      this.#at += 1;
      this.#place(frame.value);
      return;
    }
    this.#stack.push(frame);
    if (!isList) this.#readKey(frame);
  }

  /** Into what it is a member of; then on to the next member, or out of all that end here. */
  #place(value: unknown): void {
    let placed = value;
    for (;;) {
      const frame = this.#stack.at(-1);
      this.#skipSpace();
      const next = this.#bytes[this.#at];
      if (frame === undefined) {
        if (next !== undefined) this.#fail();
        this.root = placed;
        this.isDone = true;
        return;
      }
      put(frame, placed);
      this.#at += 1;
      if (next === COMMA) {
        this.#skipSpace();
        if (!Array.isArray(frame.value)) this.#readKey(frame);
        return;
      }
      if (next !== (Array.isArray(frame.value) ? CLOSE_LIST : CLOSE_OBJECT)) this.#fail(this.#at - 1);
      this.#stack.pop();
      placed = frame.value;
    }
  }

  #readKey(frame: Frame): void {
    if (this.#bytes[this.#at] !== QUOTE) this.#fail();
    frame.count += 1;
    if (frame.count > MOST_MEMBERS)
      throw new SyntaxError(`An object of more than ${MOST_MEMBERS} members in JSON at byte ${this.#at}`);
    frame.key = this.#parse(this.#endOfText(this.#at, this.#bytes.length)) as string;
    this.#skipSpace();
    if (this.#bytes[this.#at] !== COLON) this.#fail();
    this.#at += 1;
    this.#skipSpace();
  }

  /** Index behind it; null: it is large, and is to be gone through. */
  #endOfContainer(): number | null {
    const { length } = this.#bytes;
    const isLast = this.#stack.length >= MOST_DEPTH;
    const most = Math.min(length, this.#at + (isLast ? LARGEST_DEEP : this.#piece));
    let depth = 0;
    for (let at = this.#at; at < most; at++) {
      const byte = this.#bytes[at];
      if (byte === QUOTE) at = this.#endOfText(at, most) - 1;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
      else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && --depth === 0) return at + 1;
    }
    if (!isLast) return null;
    if (most === length) return length;
    throw new SyntaxError(
      `More than ${LARGEST_DEEP} bytes, nested more than ${MOST_DEPTH} deep, in JSON at byte ${this.#at}`,
    );
  }

  /** Index behind the closing quote of the text that begins at `from`; `most` where it does not end before. */
  #endOfText(from: number, most: number): number {
    for (let at = from + 1; at < most; at++) {
      const byte = this.#bytes[at];
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) return at + 1;
    }
    return most;
  }

  #endOfScalar(): number {
    const { length } = this.#bytes;
    if (this.#bytes[this.#at] === QUOTE) return this.#endOfText(this.#at, length);
    let at = this.#at;
    while (at < length && !isDelimiter(this.#bytes[at]!)) at += 1;
    return at;
  }

  /** From here to `end`. */
  #parse(end: number): unknown {
    const from = this.#at;
    try {
      this.#at = end;
      return JSON.parse(this.#bytes.toString('utf8', from, end));
    } catch (error) {
      throw new SyntaxError(`${(error as Error).message} (of what begins at byte ${from})`, { cause: error });
    }
  }

  #skipSpace(): void {
    while (isSpace(this.#bytes[this.#at])) this.#at += 1;
  }

  #fail(at = this.#at): never {
    const found = at < this.#bytes.length ? JSON.stringify(String.fromCharCode(this.#bytes[at]!)) : 'the end';
    throw new SyntaxError(`Unexpected ${found} in JSON at byte ${at}`);
  }
}

function put({ value, key }: Frame, member: unknown): void {
  if (Array.isArray(value)) value.push(member);
  // As JSON.parse has it: a field of that name, and no other prototype.
  else if (key === '__proto__')
    Object.defineProperty(value, key, { value: member, writable: true, enumerable: true, configurable: true });
  else value[key] = member;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDelimiter(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT || byte === COLON || isSpace(byte);
}

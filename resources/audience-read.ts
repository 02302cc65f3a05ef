/**
 * Reads the file of an Audience: every line is judged once, in slices, for partitions decide in this thread, too. A list that has not
 * changed since is not read again when something else of the configuration did.
 */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Member, placeOf } from '../alert/audience.ts';
import { zoneOf } from '../rules/zone.ts';
import { AudienceList, lineEnd, MOST_MEMBERS, type ReadMember } from './audience-list.ts';
import { csvFields } from './csv-line.ts';
import { didYouMean } from './validate.ts';

export type ListFormat =
  | { readonly kind: 'lines' }
  | { readonly kind: 'csv'; readonly columns: Readonly<Partial<Record<Field, string>>> };

export const FIELDS = ['address', 'name', 'language', 'timeZone'] as const;
type Field = (typeof FIELDS)[number];

/** `line`: from 1; 0 where it is the file as such. */
export interface ListFault {
  readonly line: number;
  readonly message: string;
}

export interface ReadResult {
  /** null: there are faults. */
  readonly list: AudienceList | null;
  /** Of the content. */
  readonly digest: string;
  readonly faults: readonly ListFault[];
}

export const LARGEST_LIST = 512 * 1024 * 1024;
/** Said of one list: whoever has swapped two columns has a million of them. */
const MOST_FAULTS = 50;
/** Milliseconds that the event loop stands still for. */
const SLICE = 10;
const LINES_PER_LOOK = 256;
const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
const ADDRESS = /^[^\p{Cc}\s]{1,320}$/u;
const COMMENT = 0x23;

interface Kept {
  readonly stamp: string;
  readonly result: ReadResult;
}

/** By path, format and type of channel. The newest of each: a list in force is held by its policy besides. */
const kept = new Map<string, Kept>();

/** `type`: of the channel; `fault`: what it says of an address; null: nothing. */
export async function readList(
  path: string,
  format: ListFormat,
  type: string,
  fault: (address: string) => string | null,
): Promise<ReadResult> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    if (size > LARGEST_LIST) return refused(0, `has ${size} bytes; allowed: ${LARGEST_LIST}`);
    const key = JSON.stringify([path, format, type]);
    const stamp = [size, mtimeMs, ino].join();
    const known = kept.get(key);
    if (known?.stamp === stamp) return known.result;
    const bytes = await readFile(path);
    const result = await judge(bytes, format, fault);
    kept.set(key, { stamp, result });
    return result;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return refused(0, `cannot be read (${code}); allowed: a file with addresses, from the folder of this file`);
  }
}

function refused(line: number, message: string): ReadResult {
  return { list: null, digest: '', faults: [{ line, message }] };
}

async function judge(
  bytes: Buffer,
  format: ListFormat,
  fault: (address: string) => string | null,
): Promise<ReadResult> {
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (!isUtf8(bytes)) return refused(lineOfBadByte(bytes), 'is not UTF-8; save it as UTF-8');
  const lines = new Lines(bytes);
  let read: (line: Buffer) => Member | string = readAddress;
  if (format.kind === 'csv') {
    const heading = lines.next();
    const found = heading === null ? 'is empty; allowed: a line with the headings' : readerFor(heading.text, format);
    if (typeof found === 'string') return refused(Math.max(1, lines.number), found);
    read = found;
  }
  const starts: number[] = [];
  const numbers: number[] = [];
  const places: number[] = [];
  const faults: ListFault[] = [];
  let since = performance.now();
  for (let line = lines.next(); line !== null && faults.length < MOST_FAULTS; line = lines.next()) {
    if (lines.number % LINES_PER_LOOK === 0 && performance.now() - since > SLICE) {
      await nextTurn();
      since = performance.now();
    }
    const member = read(line.text);
    const message = typeof member === 'string' ? member : memberFault(member, fault);
    if (message !== null) faults.push({ line: lines.number, message });
    else {
      starts.push(line.start);
      numbers.push(lines.number);
      places.push(placeOf((member as Member).address));
    }
  }
  if (faults.length > 0) return { list: null, digest, faults };
  if (starts.length === 0) return refused(0, 'holds no address; allowed: at least one');
  if (starts.length > MOST_MEMBERS) return refused(0, `holds ${starts.length} addresses; allowed: ${MOST_MEMBERS}`);
  const list = new AudienceList(bytes, Uint32Array.from(starts), Uint32Array.from(places), read as ReadMember);
  const twice = list.repeated().slice(0, MOST_FAULTS);
  if (twice.length === 0) return { list, digest, faults: [] };
  const said = twice.map(([first, later]) => ({
    line: numbers[later]!,
    message: `has the address of line ${numbers[first]}; allowed: each address once, whatever its case`,
  }));
  return { list: null, digest, faults: said };
}

/** The lines that are neither empty nor a comment. */
class Lines {
  number = 0;
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    const marked = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#at = marked ? 3 : 0;
  }

  next(): { readonly start: number; readonly text: Buffer } | null {
    while (this.#at < this.#bytes.length) {
      const start = this.#at;
      const end = lineEnd(this.#bytes, start);
      const feed = this.#bytes.indexOf(0x0a, end);
      this.#at = feed < 0 ? this.#bytes.length : feed + 1;
      this.number++;
      if (end > start && this.#bytes[start] !== COMMENT) return { start, text: this.#bytes.subarray(start, end) };
    }
    return null;
  }
}

function readAddress(line: Buffer): Member {
  return { address: line.toString('utf8').trim() };
}

/** A text says what is wrong with the headings. */
function readerFor(
  heading: Buffer,
  { columns }: ListFormat & { kind: 'csv' },
): string | ((line: Buffer) => Member | string) {
  const headings = csvFields(heading.toString('utf8'));
  if (headings === null) return 'has a quote that does not close';
  const allowed = `allowed: one of ${headings.join(', ')}`;
  const at = new Map<Field, number>();
  for (const field of FIELDS) {
    const wanted = columns[field] ?? field;
    const place = headings.indexOf(wanted);
    if (place >= 0) at.set(field, place);
    else if (field === 'address' || columns[field] !== undefined) {
      return `has no column ${JSON.stringify(wanted)}${didYouMean(wanted, headings)}; ${allowed}`;
    }
    if (place !== headings.lastIndexOf(wanted)) return `has the column ${JSON.stringify(wanted)} twice`;
  }
  return (line) => {
    const fields = csvFields(line.toString('utf8'));
    if (fields === null) return 'has a quote that does not close on its line';
    if (fields.length !== headings.length)
      return `has ${fields.length} fields; allowed: ${headings.length}, as in the headings`;
    const member: Partial<Record<Field, string>> = {};
    for (const [field, place] of at) if (fields[place] !== '' || field === 'address') member[field] = fields[place]!;
    return member as Member;
  };
}

function memberFault(member: Member, fault: (address: string) => string | null): string | null {
  const { address, language, timeZone } = member;
  const shown = JSON.stringify(address.slice(0, 100));
  if (!ADDRESS.test(address)) return `has the address ${shown}; allowed: 1 to 320 characters without blanks`;
  const said = fault(address);
  if (said !== null) return `has the address ${shown}, which ${said}`;
  if (language !== undefined && !LANGUAGE.test(language))
    return `has the language ${JSON.stringify(language)}; allowed: a language tag such as en or pt-BR`;
  if (timeZone !== undefined && zoneOf(timeZone) === null)
    return `has the time zone ${JSON.stringify(timeZone)}; allowed: a zone of the IANA database such as Europe/Berlin`;
  return null;
}

function lineOfBadByte(bytes: Buffer): number {
  let number = 1;
  for (let start = 0; start < bytes.length; number++) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    if (!isUtf8(bytes.subarray(start, end))) return number;
    start = end + 1;
  }
  return number;
}

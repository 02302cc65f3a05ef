/**
 * Operators' patterns, compiled. The only file that knows RE2: it runs in time linear in the name, whatever the pattern, so a
 * pattern can never stall a partition. Its price: no look-around and no back-references; both are refused with a message.
 *
 * Many patterns are one automaton (RE2::Set), which is matched once for all of them. A set too large for its memory is cut in
 * halves until each part compiles.
 */

import RE2 from 're2';
import { Memo } from './memo.ts';

export interface PatternOptions {
  readonly caseSensitive: boolean;
}

export interface PatternProblem {
  /** Place in the list that was handed in. */
  readonly index: number;
  readonly pattern: string;
  readonly message: string;
}

export type CompiledPattern =
  | { readonly ok: true; readonly test: (text: string) => boolean }
  | { readonly ok: false; readonly pattern: string; readonly message: string };

export interface PatternSet {
  readonly size: number;
  /** Of how many automata it is made. */
  readonly shards: number;
  /** The indexes of all patterns that are found in `text`, ascending. */
  match(text: string): readonly number[];
}

export type CompiledPatternSet =
  | { readonly ok: true; readonly set: PatternSet }
  | { readonly ok: false; readonly problems: readonly PatternProblem[] };

export interface SetOptions extends PatternOptions {
  /** Bytes for one automaton: its program and the states that it has met. */
  readonly shardMemory?: number;
  readonly shardSize?: number;
}

/** RE2's own default is 8 MiB, at which 500 unanchored patterns throw states away and build them again on every name. */
const SHARD_MEMORY = 32 * 1024 * 1024;
const SHARD_SIZE = 500;

/** Finds the pattern anywhere in the text, as `^` and `$` allow. */
export function compilePattern(pattern: string, options: PatternOptions): CompiledPattern {
  const compiled = compile(pattern, flags(options));
  if (typeof compiled === 'string') return { ok: false, pattern, message: compiled };
  return { ok: true, test: (text) => compiled.test(text) };
}

export type CompiledCapture =
  | {
      readonly ok: true;
      readonly test: (text: string) => boolean;
      /** The whole and its groups; null: no match. */
      readonly exec: (text: string) => RegExpExecArray | null;
    }
  | { readonly ok: false; readonly pattern: string; readonly message: string };

/** Prometheus' relabelling: the whole text must match, and a dot matches a line end, too. */
export function compileCapture(pattern: string): CompiledCapture {
  const alone = compile(pattern, 'u');
  if (typeof alone === 'string') return { ok: false, pattern, message: alone };
  const whole = compile(`^(?s:${pattern})$`, 'u');
  if (typeof whole === 'string') return { ok: false, pattern, message: whole };
  return { ok: true, test: (text) => whole.test(text), exec: (text) => whole.exec(text) };
}

export type CompiledReplacement =
  | { readonly ok: true; readonly replace: (text: string) => string }
  | { readonly ok: false; readonly pattern: string; readonly message: string };

/** Every place where the pattern is found becomes `replacement`, in which `$1` or `$<name>` stands for a group. */
export function compileReplacement(pattern: string, replacement: string, options: PatternOptions): CompiledReplacement {
  const compiled = compile(pattern, `g${flags(options)}`);
  if (typeof compiled === 'string') return { ok: false, pattern, message: compiled };
  return { ok: true, replace: (text) => text.replace(compiled, replacement) };
}

/** A changed policy has most of its patterns in common with the one before, and each is asked about several times. */
const known = new Memo<true>(32_768);

/** What RE2 says of it; null: it takes it. For checks that do not need what was compiled. */
export function patternProblem(pattern: string, options: PatternOptions): string | null {
  const key = `${flags(options)} ${pattern}`;
  if (known.get(key) === true) return null;
  const compiled = compile(pattern, flags(options));
  if (typeof compiled === 'string') return compiled;
  known.set(key, true);
  return null;
}

/** Compiles all of them or says of each bad one what is wrong with it. */
export function compilePatternSet(patterns: readonly string[], options: SetOptions): CompiledPatternSet {
  const problems: PatternProblem[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const message = patternProblem(pattern, options);
    if (message !== null) problems.push({ index, pattern, message });
  }
  if (problems.length > 0) return { ok: false, problems };
  const shardSize = Math.max(1, options.shardSize ?? SHARD_SIZE);
  const shards: Shard[] = [];
  for (let first = 0; first < patterns.length; first += shardSize) {
    shards.push(...cutToFit(first, patterns.slice(first, first + shardSize), options));
  }
  return { ok: true, set: new ShardedSet(patterns.length, shards) };
}

class ShardedSet implements PatternSet {
  readonly size: number;
  readonly #shards: readonly Shard[];

  constructor(size: number, shards: readonly Shard[]) {
    this.size = size;
    this.#shards = shards;
  }

  get shards(): number {
    return this.#shards.length;
  }

  match(text: string): readonly number[] {
    const found: number[] = [];
    for (const shard of this.#shards) shard.match(text, found);
    return found;
  }
}

/** Consecutive patterns from `first` on. Without a set, or when the set gives up on a text, each pattern is asked alone. */
class Shard {
  readonly #first: number;
  readonly #patterns: readonly string[];
  readonly #flags: string;
  readonly #set: RE2Set | null;
  #singles: readonly RE2Pattern[] | null = null;

  constructor(first: number, patterns: readonly string[], flags: string, set: RE2Set | null) {
    this.#first = first;
    this.#patterns = patterns;
    this.#flags = flags;
    this.#set = set;
  }

  match(text: string, found: number[]): void {
    for (const index of this.#matchTogether(text) ?? this.#matchSingly(text)) found.push(this.#first + index);
  }

  /**
   * null: could not tell. A single pattern out of memory goes on without its automaton; a set has no second engine and
   * throws. Building it leaves room for twenty states, so that should not happen, but a match missed here could be
   * production missed.
   */
  #matchTogether(text: string): readonly number[] | null {
    try {
      return this.#set?.match(text) ?? null;
    } catch {
      return null;
    }
  }

  #matchSingly(text: string): readonly number[] {
    this.#singles ??= this.#patterns.map((pattern) => new RE2(pattern, this.#flags));
    return this.#singles.flatMap((single, index) => (single.test(text) ? [index] : []));
  }
}

type RE2Pattern = InstanceType<typeof RE2>;
type RE2Set = InstanceType<typeof RE2.Set>;

function cutToFit(first: number, patterns: readonly string[], options: SetOptions): Shard[] {
  const set = compileSet(patterns, options);
  if (set !== null || patterns.length === 1) return [new Shard(first, patterns, flags(options), set)];
  const half = patterns.length >> 1;
  return [
    ...cutToFit(first, patterns.slice(0, half), options),
    ...cutToFit(first + half, patterns.slice(half), options),
  ];
}

/** null: too large for its memory. Each pattern compiled alone before, so nothing else can be wrong with it. */
function compileSet(patterns: readonly string[], options: SetOptions): RE2Set | null {
  try {
    return new RE2.Set(patterns, flags(options), { maxMem: options.shardMemory ?? SHARD_MEMORY });
  } catch {
    return null;
  }
}

/** The message of RE2 where it refuses the pattern. */
function compile(pattern: string, flags: string): RE2Pattern | string {
  try {
    return new RE2(pattern, flags);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function flags(options: PatternOptions): string {
  return options.caseSensitive ? 'u' : 'iu';
}

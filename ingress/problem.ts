/** Answers that say what is wrong, as RFC 9457 application/problem+json. */

import type { Reply } from './route.ts';

/** One thing that is wrong with a body. */
export interface Problem {
  /** JSON pointer (RFC 6901) into the body; empty for the body itself. */
  readonly path: string;
  /** What stood there, clipped; a type name for what is no scalar. */
  readonly value: string | number | boolean | null;
  /** What would have been allowed. */
  readonly allowed: string;
}

const MOST_PROBLEMS = 100;
const LONGEST_VALUE = 200;
const LONGEST_PATH = 500;

/** Collects problems, bounded: a body of a million mistakes must not become an answer of a million lines. */
export class Problems {
  readonly list: Problem[] = [];
  count = 0;

  add(path: string, value: unknown, allowed: string): void {
    this.count += 1;
    if (this.list.length >= MOST_PROBLEMS) return;
    this.list.push({ path: clip(path, LONGEST_PATH), value: shown(value), allowed });
  }

  addAll({ list, count }: Problems): void {
    this.count += count;
    this.list.push(...list.slice(0, MOST_PROBLEMS - this.list.length));
  }
}

export interface ProblemDetails {
  readonly detail?: string;
  readonly problems?: Problems;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stable name of the cause. */
  readonly code?: string;
}

export function problem(status: number, title: string, details: ProblemDetails = {}): Reply {
  const { detail, problems, headers, code } = details;
  const body = {
    type: code === undefined ? 'about:blank' : `urn:herald:problem:${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(problems === undefined ? {} : { problems: problems.list, problemCount: problems.count }),
  };
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify(body),
    ...(code === undefined ? {} : { code }),
  };
}

export function pathUnknown(): Reply {
  return problem(404, 'Nothing is here', { code: 'path.unknown', detail: 'No route of Herald has this path.' });
}

export function methodNotAllowed(method: string, allowed: readonly string[]): Reply {
  const allow = allowed.join(', ');
  const detail = `${method} is not possible here; allowed: ${allow}.`;
  return problem(405, 'Method not allowed', { code: 'method.not-allowed', detail, headers: { allow } });
}

/** A segment of a JSON pointer. */
export function pointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The JSON name of a value's type. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Never descends into the value: it may be nested a million deep. */
function shown(value: unknown): Problem['value'] {
  if (typeof value === 'string') return clip(value, LONGEST_VALUE);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeName(value);
}

/** Cuts between characters, so that no half of a surrogate pair is left. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text
    .slice(0, most)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}...`;
}

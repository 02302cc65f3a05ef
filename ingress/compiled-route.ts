/** A route with its pattern read once. */

import type { Admission, HttpRequest, Reply, RequestHead, Route } from './route.ts';

const DEFAULT_MAX_BODY = 1024 * 1024;

export interface CompiledRoute {
  /** The path pattern. */
  readonly name: string;
  readonly params: readonly string[];
  /** null: all. */
  readonly headers: readonly string[] | null;
  readonly admit: (head: RequestHead) => Admission;
  readonly handle: (request: HttpRequest) => Promise<Reply> | Reply;
}

export function compile(route: Route, pattern: string): CompiledRoute {
  const params = [...pattern.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  return {
    name: pattern,
    params,
    headers: route.headers ?? null,
    admit: admissionOf(route),
    handle: (request) => route.handle(request),
  };
}

/** A route that does not look at heads lets every body come that is not too large. */
export function admissionOf(route: Route): CompiledRoute['admit'] {
  const admission = { maxBodyBytes: route.maxBodyBytes ?? DEFAULT_MAX_BODY };
  return (head) => route.admit?.(head) ?? admission;
}

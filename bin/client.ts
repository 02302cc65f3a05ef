/** Requests to the running Herald, with its problems (RFC 9457) made readable. */

import type { Environment } from '../gateway/environment.ts';
import type { Reply } from '../ingress/route.ts';
import { CommandFailed, type Input, type OptionSpec, UsageError } from './command.ts';
import { printable } from './print.ts';

/** Options of every command that talks to a running Herald. */
export const CLIENT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  url: { type: 'string', value: 'URL', description: 'where Herald answers, instead of http://HERALD_LISTEN' },
  'api-key': { type: 'string', value: 'KEY', description: 'who asks: a key or token, instead of HERALD_API_KEY' },
  token: { type: 'string', value: 'TOKEN', description: 'bearer token of a source, instead of HERALD_TOKEN' },
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

export interface RequestOptions {
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** The whole answer, in milliseconds. */
  readonly timeout?: number;
}

export interface Client {
  readonly base: string;
  /** Any answer is an answer. Throws CommandFailed when there is none. */
  request(path: string, options?: RequestOptions): Promise<Answer>;
  /** The body of a 2xx; throws CommandFailed with what the answer says otherwise. */
  get(path: string): Promise<unknown>;
  /** The object that a 200 answers; throws CommandFailed with what the answer says otherwise. */
  change(path: string, method: string, body?: object): Promise<Record<string, unknown>>;
}

const SOURCES = '/v1/webhooks/';
const DEFAULT_TIMEOUT_MS = 15_000;

/** Throws UsageError for an URL that is none. */
export function createClient({ environment, variables, options }: Input): Client {
  const base = typeof options.url === 'string' ? givenUrl(options.url) : baseUrl(environment.listen);
  const given = (name: string, variable: string) => {
    const option = options[name];
    return typeof option === 'string' ? option : (variables[variable] ?? '');
  };
  const sources = given('token', 'HERALD_TOKEN');
  const key = given('api-key', 'HERALD_API_KEY');
  const request = async (path: string, { method = 'GET', body, timeout = DEFAULT_TIMEOUT_MS }: RequestOptions = {}) => {
    // Sources have ways of their own to tell who sends; one that takes API keys takes that of who asks.
    const secret = path.startsWith(SOURCES) ? sources || key : key || sources;
    const headers = {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(secret === '' ? {} : { authorization: `Bearer ${secret}` }),
    };
    try {
      const response = await fetch(new URL(path, `${base}/`), {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout),
        ...(body === undefined ? {} : { body }),
      });
      return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
    } catch (error) {
      throw noAnswer(base, error, timeout);
    }
  };
  return {
    base,
    request,
    async get(path) {
      const answer = await request(path);
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      throw new CommandFailed(describeAnswer(answer));
    },
    async change(path, method, body) {
      const answer = await request(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      if (answer.status === 200 && isRecord(answer.body)) return answer.body;
      throw new CommandFailed(describeAnswer(answer));
    },
  };
}

function givenUrl(given: string): string {
  const url = given.includes('://') ? given : `http://${given}`;
  if (URL.canParse(url) && /^https?:/.test(url)) return url.replace(/\/+$/, '');
  throw new UsageError(`--url ${JSON.stringify(given)}: an http or https URL, as in http://127.0.0.1:8080`);
}

/** Where a Herald that listens there is reached from this machine. */
export function baseUrl({ host, port }: Environment['listen']): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

/** JSON, or the text that it is. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function noAnswer(base: string, error: unknown, timeout: number): CommandFailed {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new CommandFailed(`no answer from ${base} within ${timeout / 1000} s`, { cause: error });
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ECONNREFUSED') {
    return new CommandFailed(`no Herald answers at ${base}: is it running? (npm start)`, { cause: error });
  }
  return new CommandFailed(
    `no answer from ${base}: ${cause instanceof Error ? cause.message || code : String(cause)}`,
    {
      cause: error,
    },
  );
}

/** An answer that is no success, in lines: problem+json, or whatever else a proxy in between may say. */
export function describeAnswer({ status, headers, body }: Answer): string {
  const retryAfter = headers.get('retry-after');
  return describe(status, body, retryAfter === null ? [] : [`  try again in ${retryAfter} s`]);
}

/** The same for an answer that ingress would give. */
export function describeReply({ status, body }: Reply): string {
  return describe(status, parsed(String(body ?? '')), []);
}

/** No credentials were shown to the operators' API. */
const NOBODY = 'urn:herald:problem:access.missing';

function describe(status: number, body: unknown, more: readonly string[]): string {
  const { type, title, detail, problems, problemCount } = isRecord(body) ? body : {};
  const heading = typeof title === 'string' ? title : typeof body === 'string' ? body.slice(0, 200) : '';
  return [
    `${status} ${heading}`.trimEnd(),
    ...(typeof detail === 'string' ? [`  ${detail}`] : []),
    ...describeProblems(records(problems), Number(problemCount ?? 0)),
    ...(type === NOBODY ? ['  herald shows one by HERALD_API_KEY, or with --api-key KEY'] : []),
    ...more,
  ]
    .map(printable)
    .join('\n');
}

/** Lines for what is wrong with a body; `count` counts those, too, that are not listed. */
export function describeProblems(problems: readonly object[], count: number): string[] {
  const lines = records(problems).map(
    ({ path, value, allowed }) =>
      `  ${text(path) || 'the body'}: ${printable(JSON.stringify(value) ?? '')}; allowed: ${text(allowed)}`,
  );
  return count > lines.length ? [...lines, `  and ${count - lines.length} more`] : lines;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list in an answer; none where it is no list. */
export function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

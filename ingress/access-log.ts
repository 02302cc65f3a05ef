/** One line per request: who asked, what for, and what came of it. Never what was presented: headers and queries are not looked at. */

import type { Log } from '../telemetry/log.ts';
import type { Reply } from './route.ts';

/** `refused`: only answers of 400 and more, but for those to probes: several a second say throughout an outage what the log has said at its beginning. */
export const ACCESS_LOG_MODES = ['off', 'refused', 'all'] as const;
export type AccessLogMode = (typeof ACCESS_LOG_MODES)[number];

/** Code of what a probe is answered while the process is not ready. */
export const NOT_READY = 'health.not-ready';

interface Served {
  readonly method: string;
  /** The path pattern. */
  readonly route: string;
  /** Without the query, which may hold secrets. */
  readonly url: string;
  /** Name of the Source, where it is for one. */
  readonly source: string | undefined;
  readonly address: string;
  /** Name of who asked, where that is known. */
  readonly by: string | undefined;
  readonly reply: Reply;
  /** Of the body, as it came. */
  readonly bytes: number;
  readonly seconds: number;
}

const LONGEST_URL = 500;
/** The path is not one of Herald's: what stands there may be anything. */
const UNKNOWN: ReadonlySet<string | undefined> = new Set(['path.unknown', 'path.unreadable', 'source.unknown']);
const WORD = /^(?:[a-z][a-z._-]{0,23}|v?)\d{0,2}$/;

export function isLogged(mode: AccessLogMode, { status, code }: Pick<Reply, 'status' | 'code'>): boolean {
  return mode === 'all' || (mode === 'refused' && status >= 400 && code !== NOT_READY);
}

export function logAccess(log: Log, served: Served): void {
  const { url, source, by, seconds, reply, bytes, ...rest } = served;
  const { status, code, receipt, body = '' } = reply;
  const line = {
    event: 'http.access',
    ...rest,
    url: (UNKNOWN.has(code) ? wordsOf(url) : url).slice(0, LONGEST_URL),
    status,
    bytes,
    sent: Buffer.byteLength(body),
    ms: Math.round(seconds * 1e6) / 1e3,
    ...(source !== undefined && { source }),
    ...(by !== undefined && { by }),
    ...(code !== undefined && { code }),
    ...(receipt !== undefined && { receipt }),
  };
  log.info(line, 'http.access');
}

/** Some put their token into the path, and then mistype it: of an unknown one only words are shown. */
function wordsOf(url: string): string {
  return url
    .split('/', 20)
    .map((part) => (WORD.test(part) ? part : '*'))
    .join('/');
}

/** One line per request: who asked, what for, and what came of it. */

import type { Log } from '../telemetry/log.ts';

/** `refused`: only answers of 400 and more. */
export const ACCESS_LOG_MODES = ['off', 'refused', 'all'] as const;
export type AccessLogMode = (typeof ACCESS_LOG_MODES)[number];

export interface Served {
  readonly method: string;
  /** The path pattern. */
  readonly route: string;
  /** Without the query, which may hold secrets. */
  readonly url: string;
  readonly address: string;
  /** Name of who asked, where that is known. */
  readonly by: string | undefined;
  readonly status: number;
  /** Of the body, as it came. */
  readonly bytes: number;
  readonly seconds: number;
  /** Where the answer points to: the receipt of an accepted request. */
  readonly location: string | undefined;
}

const LONGEST_URL = 500;

export function logAccess(log: Log, mode: AccessLogMode, served: Served): void {
  if (mode === 'refused' && served.status < 400) return;
  const { url, seconds, location, by, ...rest } = served;
  const who = by === undefined ? {} : { by };
  const ms = Math.round(seconds * 1e6) / 1e3;
  const receipt = location?.startsWith(RECEIPTS) ? { receipt: location.slice(RECEIPTS.length) } : {};
  log.info({ event: 'http.access', ...rest, ...who, url: url.slice(0, LONGEST_URL), ms, ...receipt }, 'http.access');
}

const RECEIPTS = '/v1/receipts/';

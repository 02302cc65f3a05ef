/** The log is a port, so that no folder below gateway/ knows pino. One event name per line, fields beside it. */

import { pino } from 'pino';
import { loggedError } from './logged-error.ts';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** Bytes that wait while standard error takes nothing (a full disk); what comes then is dropped. */
const MOST_UNWRITTEN = 256 * 1024;

/** JSON lines on standard error: standard output belongs to the console channel and to command output. */
export function createLog(level: string): Log {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: MOST_UNWRITTEN });
  // What cannot be logged must not end what is logged about.
  destination.on('error', () => {});
  const error = (value: unknown) => loggedError(value, pino.stdSerializers.errWithCause);
  return pino(
    // An error is an object without enumerable fields: without this its message and stack would be lost.
    { level, base: { pid: process.pid }, serializers: { error, err: error } },
    destination,
  );
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};

/** The log is a port, so that no folder below gateway/ knows pino. One event name per line, fields beside it. */

import { pino } from 'pino';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** JSON lines on standard error: standard output belongs to the console channel and to command output. */
export function createLog(level: string): Log {
  return pino(
    // An error is an object without enumerable fields: without this its message and stack would be lost.
    { level, base: { pid: process.pid }, serializers: { error: pino.stdSerializers.errWithCause } },
    pino.destination({ dest: 2, sync: true }),
  );
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};

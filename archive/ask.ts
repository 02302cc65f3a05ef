/** Asks the archive over the bus: the other end of answer.ts, for whoever serves the API or a command. */

import type { Bus } from '../bus/connection.ts';
import { isNobodyThere } from '../bus/nobody-there.ts';
import { subjects } from '../bus/subjects.ts';
import { decodeAnswer } from './reply.ts';

export type Query = (name: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** The query was not answered. `code` is that of the archive, or `archive.unavailable` when none answers. */
export class QueryFailed extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

type Connection = Pick<Bus['nc'], 'request'>;

const PATIENCE = 5000;

export function askArchive(connection: Connection): Query {
  return async (name, params) => {
    const answer = decodeAnswer(await request(connection, name, params));
    if ('error' in answer) throw new QueryFailed(answer.error.code, answer.error.message);
    return answer.result;
  };
}

async function request(connection: Connection, name: string, params: object): Promise<Uint8Array> {
  try {
    return (await connection.request(subjects.query(name), JSON.stringify(params), { timeout: PATIENCE })).data;
  } catch (cause) {
    const why = isNobodyThere(cause) ? 'no archive is running' : 'the archive does not answer';
    throw new QueryFailed('archive.unavailable', why, { cause });
  }
}

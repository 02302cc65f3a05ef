/** Answers queries about the read model over the bus. Several archives share the work through a queue group. */

import type { Kysely } from 'kysely';
import type { Bus } from '../bus/connection.ts';
import { subjects } from '../bus/subjects.ts';
import type { Log } from '../telemetry/log.ts';
import { type Params, QueryRefused } from './queries/query.ts';
import { QUERIES } from './queries/registry.ts';
import { type Answer, encodeAnswer } from './reply.ts';
import type { Tables } from './schema.ts';

export interface Responder {
  /** Takes no more queries; resolves when those under way are answered. */
  close(): Promise<void>;
}

interface Request {
  readonly subject: string;
  readonly data: Uint8Array;
}

export function answerQueries(connection: Bus['nc'], db: Kysely<Tables>, log: Log): Responder {
  const subscription = connection.subscribe(subjects.allQueries, { queue: 'archive' });
  const ended = (async () => {
    for await (const message of subscription) {
      if (!message.respond(encodeAnswer(await answerTo(db, message, log)))) {
        log.debug(
          { event: 'archive.query-unanswerable', subject: message.subject },
          'a query came without a reply subject',
        );
      }
    }
  })();
  return {
    async close() {
      if (!connection.isClosed()) await subscription.drain().catch(() => undefined);
      await ended;
    },
  };
}

async function answerTo(db: Kysely<Tables>, message: Request, log: Log): Promise<Answer> {
  const name = message.subject.slice(subjects.query('').length);
  try {
    const query = QUERIES.get(name);
    if (query === undefined) throw new QueryRefused('query.unknown', `there is no query ${name}`);
    return { result: await query(db, paramsOf(message)) };
  } catch (error) {
    if (error instanceof QueryRefused) return { error: { code: error.code, message: error.message } };
    log.error({ event: 'archive.query-failed', query: name, err: error }, 'a query failed');
    return { error: { code: 'query.failed', message: `the archive could not answer ${name}` } };
  }
}

function paramsOf(message: Request): Params {
  if (message.data.length === 0) return {};
  let params: unknown;
  try {
    params = JSON.parse(Buffer.from(message.data).toString());
  } catch {
    throw new QueryRefused('query.parameter', 'the parameters are not JSON');
  }
  if (typeof params === 'object' && params !== null && !Array.isArray(params)) return params as Params;
  throw new QueryRefused('query.parameter', 'the parameters are not a JSON object');
}

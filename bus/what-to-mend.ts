/**
 * What NATS refuses until a person has changed something there, and what that is. All else may pass by itself: a leader is elected
 * (10008, 10009), a peer comes back (10005, 10118), a stream is made by another process (10059).
 *
 * Codes: server/errors.json of nats-server, where they have kept their meaning from 2.9 on.
 */

import { JetStreamApiError } from '@nats-io/jetstream';
import { AuthorizationError, PermissionViolationError } from '@nats-io/transport-node';

const MORE_ROOM = 'give it more room: max_file of the account, max_file_store of the server';
const MORE_MEMORY = 'give it more memory: max_mem of the account, max_memory_store of the server';
const ENABLE_ACCOUNT = 'enable JetStream for the account of NATS_URL';
const OWN_ACCOUNT = 'give Herald an account of its own, or remove the stream that is in its way';
const PERMIT = 'allow the user of NATS_URL everything in its account';

const BY_CODE: Readonly<Record<number, string>> = {
  10002: MORE_ROOM,
  10023: MORE_ROOM,
  // Those of a process that died go by themselves after some minutes.
  10026: 'raise max_consumers of the account, or remove consumers that nobody uses',
  10027: 'raise max_streams of the account, or remove streams that nobody uses',
  10028: MORE_MEMORY,
  10039: ENABLE_ACCOUNT,
  10047: MORE_ROOM,
  10052: 'change the limits of the server that do not allow it',
  10053: 'raise the limits of the account',
  10058: OWN_ACCOUNT,
  10065: OWN_ACCOUNT,
  10076: 'enable JetStream; a server that had it says in its log why it has not any more, its disk may be full',
  10077: 'make room: the stream, or the disk of the server, is full',
  10120: ENABLE_ACCOUNT,
  10122: 'raise the bound that the account has for one stream',
};

/** For people; null: it may pass, or is no answer of NATS. */
export function whatToMend(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const advice = adviceOn(error);
  if (advice === undefined) return whatToMend(error.cause);
  const code = error instanceof JetStreamApiError ? ` (${error.code})` : '';
  return `NATS refuses, "${error.message}"${code}: ${advice}`;
}

function adviceOn(error: Error): string | undefined {
  if (error instanceof JetStreamApiError) return BY_CODE[error.code];
  if (error instanceof PermissionViolationError) return PERMIT;
  return error instanceof AuthorizationError ? 'NATS_URL must name a user that it knows, and the password' : undefined;
}

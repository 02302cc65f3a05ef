/**
 * The audit chain: what people and strangers did, each record bound to the one before it by an HMAC under a key that does not stand where
 * the records stand. Who changes, removes or moves a record would have to know the key. What the chain cannot show by itself is that its
 * newest records are gone: for that, keep the head (position and mac) somewhere else and have it checked.
 */

import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export interface AuditEvent {
  readonly event:
    | 'command.asked'
    | 'command.answered'
    | 'access.denied'
    | 'policy.activated'
    /** A process took up changed resources: sources and access as well, which are no policy. */
    | 'resources.applied'
    /** They were changed, and what was in force stays. */
    | 'resources.refused'
    | 'tls.reloaded'
    | 'tls.refused'
    | 'process.started'
    | 'process.stopped';
  /** `alert.acknowledge`, the code of a refusal, the hash of a policy. */
  readonly what: string;
  /** What it was done to: `default/2c2fd01e4dd3c6e1`. */
  readonly subject: string;
  /** Who: a person, a key, an address, a process. */
  readonly by: string;
  readonly detail: string;
}

export interface AuditRecord extends AuditEvent {
  /** 1 is the first. */
  readonly position: number;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Host and process id of the one that wrote it down. */
  readonly process: string;
  /** mac of the record before; empty before the first. */
  readonly previous: string;
  readonly mac: string;
}

export interface Head {
  readonly position: number;
  readonly mac: string;
}

export type AuditVerdict =
  /** `from`: 1, or the oldest that is still kept. */
  | { readonly code: 'audit.whole'; readonly from: number; readonly head: Head }
  | { readonly code: 'audit.empty' }
  /** The first that is not as it was written. */
  | { readonly code: 'audit.broken'; readonly position: number; readonly detail: string };

const INFO = 'herald audit chain';
const LONGEST = 500;

/** From any secret of enough length. */
export function auditKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', INFO, 32));
}

/** `previous` null: there is none. */
export function auditRecord(
  key: Uint8Array,
  previous: Head | null,
  event: AuditEvent,
  { at, process }: Pick<AuditRecord, 'at' | 'process'>,
): AuditRecord {
  const record = {
    position: (previous?.position ?? 0) + 1,
    at,
    process,
    event: event.event,
    what: clip(event.what),
    subject: clip(event.subject),
    by: clip(event.by),
    detail: clip(event.detail),
    previous: previous?.mac ?? '',
  };
  return { ...record, mac: macOf(key, record) };
}

/** `records`: all that are kept, the oldest first. `head`: what was seen before, to tell whether the end was cut off. */
export async function verifyChain(
  key: Uint8Array,
  records: AsyncIterable<AuditRecord> | Iterable<AuditRecord>,
  head: Head | null = null,
): Promise<AuditVerdict> {
  let from: number | null = null;
  let last: Head | null = null;
  for await (const record of records) {
    const fault = faultOf(key, last, record);
    if (fault !== null) return { code: 'audit.broken', ...fault };
    if (head !== null && record.position === head.position && record.mac !== head.mac)
      return { code: 'audit.broken', position: record.position, detail: 'is another than the head that was given' };
    from ??= record.position;
    last = { position: record.position, mac: record.mac };
  }
  if (head !== null && (last?.position ?? 0) < head.position) {
    const position = (last?.position ?? 0) + 1;
    return { code: 'audit.broken', position, detail: `is missing, as is what follows up to ${head.position}` };
  }
  return last === null ? { code: 'audit.empty' } : { code: 'audit.whole', from: from ?? 1, head: last };
}

function faultOf(key: Uint8Array, last: Head | null, record: AuditRecord) {
  const { position } = record;
  if (last !== null && position !== last.position + 1) {
    const next = last.position + 1;
    return position > next
      ? { position: next, detail: `is missing: ${position} follows on ${last.position}` }
      : { position: next, detail: `is missing: ${position} stands in its place` };
  }
  if (!isMac(record.mac, macOf(key, record)))
    return { position, detail: 'was changed, or was written with another key' };
  if (last !== null && record.previous !== last.mac)
    return { position, detail: `does not follow on what stands at ${last.position}` };
  if (last === null && (position === 1) !== (record.previous === ''))
    return { position, detail: 'is no first record, and nothing stands before it' };
  return null;
}

function macOf(key: Uint8Array, record: Omit<AuditRecord, 'mac'>): string {
  const { position, at, process, event, what, subject, by, detail, previous } = record;
  // A list: no field can be read as part of its neighbour.
  const bytes = JSON.stringify([position, at, process, event, what, subject, by, detail, previous]);
  return createHmac('sha256', key).update(bytes).digest('hex');
}

function isMac(given: unknown, expected: string): boolean {
  if (typeof given !== 'string' || given.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(given.padEnd(64).slice(0, 64), 'latin1'), Buffer.from(expected, 'latin1'));
}

function clip(text: string): string {
  return text.length <= LONGEST ? text : text.slice(0, LONGEST).toWellFormed();
}

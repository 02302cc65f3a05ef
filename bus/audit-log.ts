/**
 * The audit chain in a stream of its own, which nobody may delete from or purge. Several processes write: each appends behind the record
 * that it has read, and the stream's last sequence lets one of them do so; the others read again. A record's position is its sequence.
 */

import { randomUUID } from 'node:crypto';
import type { AuditRecord, Head } from '../access/audit-chain.ts';
import type { Bus } from './connection.ts';
import { AppendRefused, publishAcknowledged } from './publish.ts';
import { AUDIT_STREAM, subjects } from './subjects.ts';

const PATIENCE = 5000;
/** Others that write at the same time; each round one of them is done. */
const MOST_TRIES = 50;

/** `make`: the record that follows on `previous`. Throws IngestUnavailable, IngestFull, or AppendRefused where others never let it. */
export async function appendAudit(bus: Bus, make: (previous: Head | null) => AuditRecord): Promise<AuditRecord> {
  const id = randomUUID();
  for (let tries = 1; ; tries++) {
    const last = await bus.jsm.streams.getMessage(AUDIT_STREAM, { last_by_subj: subjects.audit });
    const record = make(last === null ? null : read(last.data));
    const expectLastSequence = last?.seq ?? 0;
    try {
      const options = { messageId: `${id}.${tries}`, expectLastSequence, patience: PATIENCE };
      await publishAcknowledged(bus, subjects.audit, JSON.stringify(record), options);
      return record;
    } catch (error) {
      if (!(error instanceof AppendRefused) || tries === MOST_TRIES) throw error;
    }
  }
}

/** Up to `limit` records; `before`: those older than this position, the newest first; `after`: those newer, the oldest first. */
export async function auditPage(
  bus: Bus,
  { limit, before, after }: { readonly limit: number; readonly before?: number; readonly after?: number },
): Promise<AuditRecord[]> {
  const { first_seq, last_seq } = (await bus.jsm.streams.info(AUDIT_STREAM)).state;
  const found: AuditRecord[] = [];
  const step = after === undefined ? -1 : 1;
  let seq = after === undefined ? Math.min(last_seq, (before ?? last_seq + 1) - 1) : Math.max(first_seq, after + 1);
  for (; seq >= first_seq && seq > 0 && seq <= last_seq && found.length < limit; seq += step) {
    const message = await bus.jsm.streams.getMessage(AUDIT_STREAM, { seq });
    if (message !== null) found.push(read(message.data));
  }
  return found;
}

function read(data: Uint8Array): AuditRecord {
  return JSON.parse(Buffer.from(data).toString()) as AuditRecord;
}

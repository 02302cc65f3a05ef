/**
 * An alert's history line for one event. Reports of a firing alert come every minute for as long as it fires, so a run of
 * them is one line: the newest, how many, and since when. The alert's row remembers where the line of its run stands.
 */

import type { AlertEvent } from '../../alert/event.ts';
import type { AlertRow, HistoryRow } from '../schema.ts';
import type { Position } from './position.ts';

export type Run = Pick<AlertRow, 'run_type' | 'run_seq' | 'run_idx' | 'run_since' | 'run_count'>;

export const NO_RUN: Run = { run_type: null, run_seq: 0, run_idx: 0, run_since: 0, run_count: 0 };

/** The line, and the run as it stands after it. `reasons` is JSON. */
export function historyLine(
  run: Run,
  event: Exclude<AlertEvent, { type: 'alert.forgotten' }>,
  position: Position,
  reasons: string,
): { readonly line: HistoryRow; readonly run: Run } {
  const kind = runKind(event.type);
  const after = kind !== null && kind === run.run_type ? longer(run) : started(kind, event.at, position);
  const line: HistoryRow = {
    partition: position.partition,
    seq: after.run_seq,
    idx: after.run_idx,
    alert_key: event.key,
    type: event.type,
    at: event.at,
    since: after.run_since,
    count: after.run_count,
    detail: detailOf(event),
    reasons,
  };
  return { line, run: after };
}

/** Its own fields alone: what is handed in is the alert's whole row, as it was. */
function longer({ run_type, run_seq, run_idx, run_since, run_count }: Run): Run {
  return { run_type, run_seq, run_idx, run_since, run_count: run_count + 1 };
}

function started(kind: string | null, at: number, position: Position): Run {
  return { run_type: kind, run_seq: position.seq, run_idx: position.index, run_since: at, run_count: 1 };
}

/** Events of one kind are counted in one line while nothing else comes between; null: always a line of its own. */
function runKind(type: AlertEvent['type']): string | null {
  switch (type) {
    // Annotations often carry the current value, so that every report is an update.
    case 'alert.repeated':
    case 'alert.updated':
      return 'reported';
    case 'alert.ignored':
      return 'ignored';
    case 'alert.suppressed':
      return 'suppressed';
    default:
      return null;
  }
}

function detailOf(event: AlertEvent): string {
  switch (event.type) {
    case 'alert.acknowledged':
    case 'alert.closed':
    case 'alert.commented':
      return event.comment === '' ? `by ${event.by}` : `by ${event.by}: ${event.comment}`;
    case 'alert.approved':
    case 'alert.rejected':
      if (event.by === null) return 'nobody decided in time';
      return event.comment === '' ? `by ${event.by}` : `by ${event.by}: ${event.comment}`;
    case 'alert.snoozed': {
      const until = `by ${event.by} until ${new Date(event.until).toISOString()}`;
      return event.comment === '' ? until : `${until}: ${event.comment}`;
    }
    case 'alert.opened':
      return event.episode > 1 ? `episode ${event.episode}` : '';
    case 'alert.repeated':
    case 'alert.updated':
      return `${event.occurrences} occurrences`;
    default:
      return '';
  }
}

/** The answers that say why alerts were not accepted. */

import type { Decoded } from './formats/format.ts';
import type { IntakePorts } from './intake-ports.ts';
import { type ProblemDetails, problem } from './problem.ts';
import type { Reply } from './route.ts';
import type { CommitOutcome } from './submission.ts';

/** Counted. */
export function reject(ports: IntakePorts, source: string, code: string, reply: Reply): Reply {
  ports.metrics.rejected(source, code);
  return reply;
}

/** All problems of a body, with their paths. `readAs`: what it was taken for; null: JSON. `keptAlerts`: how many of its alerts were kept. */
export function invalid(status: 400 | 422, decoded: Decoded, readAs: string | null, keptAlerts: number): Reply {
  const { problems } = decoded;
  const read = readAs === null ? '' : ` It was read as ${readAs}.`;
  return problem(status, 'Invalid alerts', {
    code: 'alerts.invalid',
    detail: `${problems.count} problem${problems.count === 1 ? '' : 's'} in the body. ${kept(keptAlerts)}${read}`,
    problems,
  });
}

function kept(alerts: number): string {
  if (alerts === 0) return 'None of its alerts was kept.';
  return alerts === 1 ? 'Its valid alert was kept.' : `Its ${alerts} valid alerts were kept.`;
}

export function unknownSource(url: string): Reply {
  return problem(404, 'Unknown source', { code: 'source.unknown', detail: `No Source resource answers to ${url}.` });
}

export function notStored(ports: IntakePorts, outcome: Exclude<CommitOutcome, { code: 'stored' }>): Reply {
  if (outcome.code !== 'alert.too-large') return unavailable(ports, outcome.code);
  return problem(413, 'Alert too large', {
    code: outcome.code,
    detail: `The alert at index ${outcome.index} takes more than ${outcome.limit} bytes. None of the alerts was kept.`,
  });
}

const UNAVAILABLE = {
  'ingest.full': 'The store of waiting alerts is full.',
  'ingest.unavailable':
    'The store of waiting alerts did not confirm. Some alerts may have been kept; sending them again is safe.',
  'source.untold': 'The secrets of this source are in the store, which is in NATS, and that has not been reached yet.',
  'ingest.shedding': 'Much waits to be stored, and sources of more importance come first.',
  'ingest.busy': 'Too many alerts wait to be stored.',
  'ingest.not-admitting': 'The store of waiting alerts is nearly full or out of reach.',
} as const;

/** Always 503: an Alertmanager tries again after a 5xx, and gives up on a 429. Senders are spread over 1 to 5 seconds. */
export function unavailable(ports: IntakePorts, code: keyof typeof UNAVAILABLE): Reply {
  const retryAfter = 1 + (ports.random() % 5);
  const details: ProblemDetails = { code, detail: UNAVAILABLE[code], headers: { 'retry-after': String(retryAfter) } };
  return problem(503, 'Not accepted now', details);
}

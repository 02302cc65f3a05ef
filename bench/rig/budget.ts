/** The budgets: what each figure must reach on two shared cores, with load generator and nats-server on the same machine. */

export type BudgetName =
  | 'accept-against-alertmanager'
  | 'accept-against-bare'
  | 'accept-batched'
  | 'decided'
  | 'acknowledgement-p99'
  | 'notified-p99'
  | 'classify-new'
  | 'classify-known'
  | 'correlate'
  | 'decision'
  | 'policy-compile'
  | 'policy-stall'
  | 'notifications'
  | 'mails'
  | 'audience-10k'
  | 'audience-memory'
  | 'critical-behind-bulk'
  | 'beside-a-hang'
  | 'resident-memory'
  | 'takeover'
  | 'edge-guards'
  | 'edge-tls'
  | 'edge-crowd'
  | 'edge-large'
  | 'edge-stall';

export interface Budget {
  readonly what: string;
  /** Of the requirements that the figure stands for. */
  readonly ids: readonly string[];
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly must: number;
  readonly aim: number;
}

export const BUDGETS: Readonly<Record<BudgetName, Budget>> = {
  'accept-against-alertmanager': {
    what: "durable accept, 1-alert webhooks, 64 connections, beside Alertmanager's POST of the same alerts",
    ids: ['BR-PERF-003', 'BR-WH-006'],
    unit: '×',
    better: 'higher',
    must: 1.5,
    aim: 2.5,
  },
  'accept-against-bare': {
    what: 'durable accept as a share of bare uWebSockets + JSON.parse on the same body',
    ids: ['BR-PERF-003', 'BR-WH-006'],
    unit: '×',
    better: 'higher',
    must: 0.4,
    aim: 0.6,
  },
  'accept-batched': {
    what: 'durable accept, 10-alert webhooks',
    ids: ['BR-SCALE-006', 'BR-SCALE-007'],
    unit: 'alerts/s',
    better: 'higher',
    must: 60_000,
    aim: 150_000,
  },
  decided: {
    what: 'accept → decided and journaled, sustained, distinct alerts',
    ids: ['BR-PERF-007', 'BR-PERF-035'],
    unit: 'alerts/s',
    better: 'higher',
    must: 15_000,
    aim: 30_000,
  },
  'acknowledgement-p99': {
    what: 'webhook acknowledgement at 1,000 concurrent connections, p99',
    ids: ['BR-PERF-002', 'BR-PERF-004'],
    unit: 'ms',
    better: 'lower',
    must: 100,
    aim: 50,
  },
  'notified-p99': {
    what: 'accept → notification leaves (group_wait 0) at 1,000 alerts/s, p99',
    ids: ['BR-PERF-006', 'BR-PERF-026'],
    unit: 'ms',
    better: 'lower',
    must: 250,
    aim: 50,
  },
  'classify-new': {
    what: 'classification, 500 patterns, new name',
    ids: ['BR-PERF-021', 'BR-PERF-022'],
    unit: 'µs',
    better: 'lower',
    must: 10,
    aim: 3,
  },
  'classify-known': {
    what: 'classification, 500 patterns, known name',
    ids: ['BR-PERF-021', 'BR-PERF-022'],
    unit: 'µs',
    better: 'lower',
    must: 1,
    aim: 0.3,
  },
  correlate: {
    what: 'correlation of 10,000 alerts in one window by four rules, one thread',
    ids: ['BR-PERF-010'],
    unit: 's',
    better: 'lower',
    must: 2,
    aim: 1,
  },
  decision: {
    what: 'full decision of one alert: 200 filters, 500 patterns, 50 silences, 20 inhibitions, 100 routes',
    ids: ['BR-PERF-007', 'BR-QUAL-006'],
    unit: 'µs',
    better: 'lower',
    must: 40,
    aim: 15,
  },
  'policy-compile': {
    what: 'policy of 5,000 patterns and 1,000 rules, from files',
    ids: ['BR-QUAL-003'],
    unit: 's',
    better: 'lower',
    must: 1,
    aim: 0.5,
  },
  'policy-stall': {
    what: 'the longest that the event loop stands still for it',
    ids: ['BR-QUAL-003'],
    unit: 'ms',
    better: 'lower',
    must: 500,
    aim: 100,
  },
  notifications: {
    what: 'webhook notifications out, journaled',
    ids: ['BR-PERF-027'],
    unit: 'per second',
    better: 'higher',
    must: 2000,
    aim: 8000,
  },
  mails: {
    what: 'mails out to a loopback SMTP server, journaled',
    ids: ['BR-PERF-028'],
    unit: 'per second',
    better: 'higher',
    must: 300,
    aim: 1000,
  },
  'audience-10k': {
    what: '10,000 recipients of one alert, end to end',
    ids: ['BR-SCALE-008', 'BR-PERF-030'],
    unit: 's',
    better: 'lower',
    must: 60,
    aim: 10,
  },
  'audience-memory': {
    what: 'the most resident memory while one alert goes to 1,000,000 recipients, with a kill -9 half-way',
    ids: ['BR-SCALE-008', 'BR-PERF-030'],
    unit: 'MB',
    better: 'lower',
    must: 1000,
    aim: 500,
  },
  'critical-behind-bulk': {
    what: 'a critical notification behind an audience of 100,000 on its way by the same channel',
    ids: ['BR-NOT-003', 'BR-SCALE-008'],
    unit: 'ms',
    better: 'lower',
    must: 1000,
    aim: 250,
  },
  'beside-a-hang': {
    what: 'p99 of a channel beside one that hangs, as a share of that alone',
    ids: ['BR-NOT-012'],
    unit: '×',
    better: 'lower',
    must: 2,
    aim: 1.2,
  },
  'resident-memory': {
    what: 'resident memory of a worker with 100,000 live alerts',
    ids: ['BR-PERF-032'],
    unit: 'MB',
    better: 'lower',
    must: 400,
    aim: 250,
  },
  takeover: {
    what: 'takeover after kill -9 of an owner, to the first new decision, of the slowest partition',
    ids: ['BR-REL-012', 'BR-SCALE-005'],
    unit: 's',
    better: 'lower',
    must: 5,
    aim: 2,
  },
  'edge-guards': {
    what: 'durable accept of a Source with token, network list and limits, as a share of one without, 64 connections',
    ids: ['BR-WH-004', 'BR-WH-022', 'BR-WH-023'],
    unit: '×',
    better: 'higher',
    must: 0.75,
    aim: 0.9,
  },
  'edge-tls': {
    what: 'durable accept over TLS with keep-alive, as a share of plain HTTP, 64 connections',
    ids: ['BR-WH-021'],
    unit: '×',
    better: 'higher',
    must: 0.6,
    aim: 0.8,
  },
  'edge-crowd': {
    what: 'p99 of 64 connections beside 5,000 idle and 500 slow ones, as a share of that alone',
    ids: ['BR-WH-009', 'BR-WH-024'],
    unit: '×',
    better: 'lower',
    must: 2,
    aim: 1.3,
  },
  'edge-large': {
    what: 'a webhook of 20 MB with 10,000 alerts, to its answer',
    ids: ['BR-SCALE-007', 'BR-PERF-001'],
    unit: 's',
    better: 'lower',
    must: 2,
    aim: 1,
  },
  'edge-stall': {
    what: 'the longest that a small request waits for its answer meanwhile',
    ids: ['BR-PERF-004'],
    unit: 'ms',
    better: 'lower',
    must: 50,
    aim: 20,
  },
};

/** `not met`: short of what must be. `met`: that, and not yet what is aimed for. */
export type Standing = 'not met' | 'met' | 'aim met';

export function standingOf({ better, must, aim }: Budget, measured: number): Standing {
  const reaches = (bound: number) => (better === 'higher' ? measured >= bound : measured <= bound);
  if (!reaches(must)) return 'not met';
  return reaches(aim) ? 'aim met' : 'met';
}

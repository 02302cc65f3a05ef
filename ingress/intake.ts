/**
 * From a request for a source to accepted alerts: the steps that every door for alerts has in common.
 *
 *   head:  may it take alerts now? → which source? → who speaks? → can this content be read?
 *   body:  bytes → value → alerts of the source's format → (dry run, or) frames, acknowledged
 */

import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AcceptedMessages } from './accepted-messages.ts';
import type { AlertMetrics } from './access-metrics.ts';
import type { AuthFailures } from './auth-failures.ts';
import {
  type AuthVerdict,
  authenticate,
  type FindKey,
  type IngressSource,
  type Presented,
  refusal,
  verifyRoutingKey,
} from './authenticate.ts';
import { CONTENT_HEADERS, type Reading, readContent, unsupportedContent } from './content.ts';
import { FORMATS } from './formats/by-name.ts';
import { eventAttributes } from './formats/event-headers.ts';
import { contextOf, type Decoded } from './formats/format.ts';
import { decodeInSlices, isLong } from './formats/in-slices.ts';
import { routingKeyIn } from './formats/pagerduty.ts';
import type { Gate, GateVerdict } from './gate.ts';
import type { GroupCommit } from './group-commit.ts';
import { type ProblemDetails, problem } from './problem.ts';
import { messageKey, type ProofPorts, prove } from './proof.ts';
import type { RandomWord } from './random.ts';
import { newReceipt } from './receipt.ts';
import type { Admission, HttpRequest, Reply, RequestHead } from './route.ts';
import type { CommitOutcome } from './submission.ts';

export interface IntakePorts extends ProofPorts {
  /** Somebody was turned away, for the audit. */
  refused(refusal: { readonly code: string; readonly subject: string; readonly address: string }): void;
  /** Somebody takes the alert on. Resolves after the commit, whatever came of it; rejects where nobody answers. */
  acknowledge(subject: { readonly tenant: string; readonly fingerprint: string; readonly by: string }): Promise<void>;
  findSource(name: string): IngressSource | null;
  readonly findKey: FindKey;
  /** False while the stream is nearly full or out of reach. */
  admitting(): boolean;
  /** True while bulk sources have to wait, so that the others get through. */
  sheddingBulk(): boolean;
  readonly gate: Gate;
  readonly groupCommit: GroupCommit;
  readonly clock: Clock;
  readonly random: RandomWord;
  readonly failures: AuthFailures;
  readonly messages: AcceptedMessages;
  readonly log: Log;
  readonly metrics: AlertMetrics;
}

/** The headers that a route has to hand over. */
export const INTAKE_HEADERS: readonly string[] = ['authorization', ...CONTENT_HEADERS];

const UNKNOWN_SOURCE = '-';

/** What the head alone tells. `source` null: not declared. */
export function admit(ports: IntakePorts, source: IngressSource | null, head: RequestHead): Admission {
  if (source === null) return reject(ports, UNKNOWN_SOURCE, 'source.unknown', unknownSource(head.url));
  const { access } = source;
  if (access !== null) {
    const verdict = ports.gate.address(source.name, access, head.peer?.address() ?? '', ports.clock.monotonic());
    if (verdict.code !== 'gate.open') return turnAway(ports, source, head, verdict);
  }
  const verdict = authenticate(source, head, ports.findKey);
  if (verdict.code === 'auth.pending') {
    head.presented = verdict.presented;
    // Asked for now: later its headers are gone.
    head.peer?.address();
  }
  const refused = refuse(ports, source, head, verdict);
  if (refused !== null) return refused;
  const turnedAway = noRoom(ports, source, head);
  if (turnedAway !== null) return turnedAway;
  if (source.format === 'cloudevents') head.attributes = eventAttributes(head.peer);
  const unsupported = unsupportedContent(head.headers);
  if (unsupported !== null) return reject(ports, source.name, 'content.unsupported', unsupported);
  return { maxBodyBytes: source.maxBodyBytes };
}

/** Once it is known who speaks. null: there is room. */
export function noRoom(ports: IntakePorts, source: IngressSource, head: RequestHead): Reply | null {
  const { access } = source;
  if (access !== null) {
    const verdict = ports.gate.source(source.name, access, ports.clock.monotonic());
    if (verdict.code !== 'gate.open') return turnAway(ports, source, head, verdict);
  }
  if (source.bulk && ports.sheddingBulk())
    return reject(ports, source.name, 'ingest.shedding', unavailable(ports, 'ingest.shedding'));
  return ports.admitting() ? null : notAdmitting(ports, source.name);
}

export function notAdmitting(ports: IntakePorts, source: string): Reply {
  return reject(ports, source, 'ingest.not-admitting', unavailable(ports, 'ingest.not-admitting'));
}

/** Counted, and logged where somebody came who may not. */
export function turnAway(
  ports: IntakePorts,
  source: IngressSource,
  { peer }: RequestHead,
  verdict: Exclude<GateVerdict, { code: 'gate.open' }>,
): Reply {
  const { code } = verdict;
  if (code !== 'gate.address-refused') {
    const headers = { 'retry-after': String(verdict.retryAfter) };
    return reject(
      ports,
      source.name,
      code,
      problem(503, 'Not accepted now', { code, detail: TURNED_AWAY[code], headers }),
    );
  }
  ports.log.warn(
    { event: 'audit.denied', source: source.name, code, address: peer?.address() ?? '' },
    'ingress.refused',
  );
  ports.refused({ code, subject: source.name, address: peer?.address() ?? '' });
  const detail = 'This source takes nothing from the address that the request came from.';
  return reject(ports, source.name, code, problem(403, 'Not from here', { code, detail }));
}

const TURNED_AWAY = {
  'gate.source-rate': 'More came to this source in a second than it takes.',
  'gate.address-rate': 'More came from one address in a second than this source takes.',
  'gate.concurrency': 'As many requests of this source as it takes at a time are being handled.',
} as const;

/** null: it may go on. A failure is counted, logged without what was presented, and answered late. */
export function refuse(
  ports: IntakePorts,
  source: Pick<IngressSource, 'name' | 'auth'>,
  head: RequestHead,
  verdict: AuthVerdict,
): Reply | null {
  const reply = refusal(verdict, source.auth);
  if (reply === null) return null;
  const address = head.peer?.address() ?? '';
  ports.log.warn({ event: 'audit.denied', source: source.name, code: verdict.code, address }, 'ingress.refused');
  ports.refused({ code: verdict.code, subject: source.name, address });
  reject(ports, source.name, verdict.code, reply);
  if (verdict.code === 'auth.keys-unavailable') return reply;
  return { ...reply, delay: ports.failures.delay(address, ports.clock.monotonic()) };
}

/** What came of a body: alerts (and, in a partial format, problems beside them), or the answer that refuses it. */
export type Taken =
  | { readonly code: 'alerts'; readonly decoded: Decoded; readonly now: number; readonly message: string | null }
  | { readonly code: 'refused'; readonly reply: Reply };

/** `handle` within the number of requests that the source takes at a time. */
export function within(
  ports: IntakePorts,
  source: IngressSource,
  request: HttpRequest,
  handle: () => Reply | Promise<Reply>,
): Reply | Promise<Reply> {
  const { access, name } = source;
  if (access === null || access.concurrency === null) return handle();
  const verdict = ports.gate.enter(name, access);
  if (verdict.code !== 'gate.open') return turnAway(ports, source, request, verdict);
  return Promise.resolve(handle()).finally(() => ports.gate.leave(name, access));
}

export function take(ports: IntakePorts, source: IngressSource, request: HttpRequest): Taken | Promise<Taken> {
  const { auth } = source;
  if (auth.type !== 'hmac' && auth.type !== 'jwt') return read(ports, source, request);
  const { presented } = request;
  const verdict = isPresented(presented)
    ? prove(ports, auth, presented, request.body, ports.clock.now())
    : ({ code: 'auth.missing' } as const);
  const judged = (found: AuthVerdict): Taken | Promise<Taken> => {
    const reply = refuse(ports, source, request, found);
    return reply === null ? read(ports, source, request) : { code: 'refused', reply };
  };
  return verdict instanceof Promise ? verdict.then(judged) : judged(verdict);
}

function isPresented(presented: unknown): presented is Presented {
  return typeof presented === 'object' && presented !== null;
}

function read(ports: IntakePorts, source: IngressSource, request: HttpRequest): Taken | Promise<Taken> {
  const reading = readContent(request, source.maxBodyBytes);
  if (reading instanceof Promise) return reading.then((done) => decode(ports, source, request, done));
  return decode(ports, source, request, reading);
}

export function decode(
  ports: IntakePorts,
  source: IngressSource,
  request: HttpRequest,
  reading: Reading,
): Taken | Promise<Taken> {
  if (reading.code !== 'body.read') {
    return { code: 'refused', reply: reject(ports, source.name, reading.code, reading.reply) };
  }
  const { auth } = source;
  if (auth.type === 'routing-key') {
    const refused = refuse(ports, source, request, verifyRoutingKey(auth, routingKeyIn(reading.value)));
    if (refused !== null) return { code: 'refused', reply: refused };
  }
  const format = FORMATS.get(source.format);
  if (format === undefined) throw new Error(`source ${source.name} declares the format ${source.format}: not known`);
  const now = ports.clock.now();
  const context = contextOf(source, now, request.attributes);
  const taken = (decoded: Decoded): Taken => {
    if (decoded.problems.count === 0 || format.partial) {
      return { code: 'alerts', decoded, now, message: messageKey(source.name, request.presented) };
    }
    return { code: 'refused', reply: reject(ports, source.name, 'alerts.invalid', invalid(422, decoded)) };
  };
  if (isLong(format, reading.value)) return decodeInSlices(format, reading.value, context).then(taken);
  return taken(format.decode(reading.value, context));
}

/** A receipt once every alert is stored, or the answer that says why not. A signed message that was accepted before has its receipt. */
export async function accept(
  ports: IntakePorts,
  source: IngressSource,
  { decoded: { alerts }, now, message }: Taken & { code: 'alerts' },
): Promise<{ readonly receipt: string } | { readonly reply: Reply }> {
  const before = message === null ? null : ports.messages.receiptOf(message, now);
  if (before !== null) {
    ports.log.info({ source: source.name, receipt: before }, 'ingress.replayed');
    ports.metrics.rejected(source.name, 'auth.replayed');
    return { receipt: before };
  }
  const receipt = newReceipt(now, alerts.length, ports.random);
  const outcome = await ports.groupCommit.submit(alerts, receipt, now);
  if (outcome.code === 'stored') {
    ports.metrics.accepted(source.name, source.format, alerts.length);
    if (message !== null && source.auth.type === 'hmac') {
      // Signed for later by a clock ahead of ours, it is good for longer.
      ports.messages.accepted(message, receipt, now, now + 2000 * source.auth.tolerance);
    }
    return { receipt };
  }
  return { reply: reject(ports, source.name, outcome.code, notStored(ports, outcome)) };
}

/** Whether it is known, and what its state allows, changes nothing for who tells of it: PagerDuty answers the same. */
export async function acknowledge(
  ports: IntakePorts,
  { name, tenant }: IngressSource,
  fingerprint: string,
): Promise<Reply | null> {
  try {
    await ports.acknowledge({ tenant, fingerprint, by: `source/${name}` });
    return null;
  } catch (error) {
    ports.log.warn({ err: error, source: name }, 'ingress.acknowledge-unanswered');
    return reject(ports, name, 'ingest.unavailable', unavailable(ports, 'ingest.unavailable'));
  }
}

/** All problems of a body, with their paths. */
export function invalid(status: 400 | 422, decoded: Decoded): Reply {
  const { problems, alerts } = decoded;
  const kept = status === 400 ? `${alerts.length} valid alerts were kept.` : 'None of its alerts was kept.';
  return problem(status, 'Invalid alerts', {
    code: 'alerts.invalid',
    detail: `${problems.count} problem${problems.count === 1 ? '' : 's'} in the body. ${kept}`,
    problems,
  });
}

export function reject(ports: IntakePorts, source: string, code: string, reply: Reply): Reply {
  ports.metrics.rejected(source, code);
  return reply;
}

export function unknownSource(url: string): Reply {
  return problem(404, 'Unknown source', { code: 'source.unknown', detail: `No Source resource answers to ${url}.` });
}

function notStored(ports: IntakePorts, outcome: Exclude<CommitOutcome, { code: 'stored' }>): Reply {
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
  'ingest.shedding': 'Much waits to be stored, and sources of more importance come first.',
  'ingest.busy': 'Too many alerts wait to be stored.',
  'ingest.not-admitting': 'The store of waiting alerts is nearly full or out of reach.',
} as const;

/** Always 503: an Alertmanager tries again after a 5xx, and gives up on a 429. Senders are spread over 1 to 5 seconds. */
function unavailable(ports: IntakePorts, code: keyof typeof UNAVAILABLE): Reply {
  const retryAfter = 1 + (ports.random() % 5);
  const details: ProblemDetails = { code, detail: UNAVAILABLE[code], headers: { 'retry-after': String(retryAfter) } };
  return problem(503, 'Not accepted now', details);
}

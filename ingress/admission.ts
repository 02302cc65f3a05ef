/** What the head of a request tells: may it take alerts now? → which source? → who speaks? → can this content be read? */

import type { SourceAuth } from '../resources/source-auth.ts';
import { refusal } from './auth-refusal.ts';
import { type AuthVerdict, authenticate } from './authenticate.ts';
import { CONTENT_HEADERS, unsupportedContent } from './content.ts';
import { couldBePage, isForeignPage } from './foreign-page.ts';
import { eventAttributes } from './formats/event-headers.ts';
import type { GateVerdict } from './gate.ts';
import type { IntakePorts } from './intake-ports.ts';
import { reject, unavailable, unknownSource } from './not-accepted.ts';
import { problem } from './problem.ts';
import type { Admission, HttpRequest, Reply, RequestHead } from './route.ts';
import type { IngressSource } from './source.ts';

/** The headers that a route has to hand over. */
export const INTAKE_HEADERS: readonly string[] = ['authorization', 'origin', ...CONTENT_HEADERS];

const UNKNOWN_SOURCE = '-';

/** What the head alone tells. `source` null: not declared. */
export function admit(ports: IntakePorts, source: IngressSource | null, head: RequestHead): Admission {
  if (source === null) return reject(ports, UNKNOWN_SOURCE, 'source.unknown', unknownSource(head.url));
  head.source = source.name;
  const { access } = source;
  if (access !== null) {
    const verdict = ports.gate.address(source.name, access, head.peer?.address() ?? '', ports.clock.monotonic());
    if (verdict.code !== 'gate.open') return turnAway(ports, source, head, verdict);
  }
  if (source.untold === true) return reject(ports, source.name, 'source.untold', unavailable(ports, 'source.untold'));
  if (isForeign(source, head)) return notOfPages(ports, source, head);
  const verdict = authenticate(source, head, ports.findKey);
  if (verdict.code === 'auth.pending') {
    head.presented = verdict.presented;
    // Asked for now: later its headers are gone.
    head.peer?.address();
  }
  const refused = refuse(ports, source, head, verdict);
  if (refused !== null) return refused;
  const isKnown = verdict.code !== 'auth.pending';
  const turnedAway = (isKnown ? tooMuch(ports, source, head) : null) ?? noRoom(ports, source);
  if (turnedAway !== null) return turnedAway;
  if (source.mapping !== undefined) head.passedHeaders = passedBy(source.mapping.headers, head);
  if (source.format === 'cloudevents') head.attributes = eventAttributes(head.peer, head.headers['content-type']);
  const isEvent = head.attributes !== null && head.attributes !== undefined;
  const unsupported = unsupportedContent(head.headers, isEvent);
  if (unsupported !== null) return reject(ports, source.name, 'content.unsupported', unsupported);
  return { maxBodyBytes: source.maxBodyBytes };
}

/** What others show, no page can. */
const SHOWN_BY_BROWSERS: ReadonlySet<SourceAuth['type']> = new Set(['none', 'basic', 'mtls', 'api-key']);

function isForeign({ auth }: IngressSource, { headers, peer }: RequestHead): boolean {
  if (peer === undefined || !SHOWN_BY_BROWSERS.has(auth.type)) return false;
  const { origin } = headers;
  return origin !== undefined && isForeignPage(origin, peer.header('host')) && couldBePage(headers.authorization ?? '');
}

function notOfPages(ports: IntakePorts, source: IngressSource, { headers, peer }: RequestHead): Reply {
  const code = 'auth.foreign-page';
  denied(ports, source.name, code, peer?.address() ?? '');
  const origin = headers.origin?.slice(0, 100);
  const detail = `A page of ${origin} asks: a source that takes what a browser shows by itself takes nothing from pages of others.`;
  return reject(ports, source.name, code, problem(403, 'Not from pages', { code, detail }));
}

function passedBy(names: readonly string[], { peer }: RequestHead): Readonly<Record<string, string>> | null {
  return names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, peer?.header(name) ?? '']));
}

/** Once it is known who speaks: strangers must not use up what the source's own senders may send. null: it is not. */
export function tooMuch(ports: IntakePorts, source: IngressSource, head: RequestHead): Reply | null {
  const { access } = source;
  if (access === null) return null;
  const verdict = ports.gate.source(source.name, access, ports.clock.monotonic());
  return verdict.code === 'gate.open' ? null : turnAway(ports, source, head, verdict);
}

/** null: there is room. */
export function noRoom(ports: IntakePorts, source: IngressSource): Reply | null {
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
  const address = peer?.address() ?? '';
  denied(ports, source.name, code, address);
  // Behind a proxy that is not trusted it is another one than the sender believes.
  const detail = `This source takes nothing from the address that the request came from: ${address}.`;
  return reject(ports, source.name, code, problem(403, 'Not from here', { code, detail }));
}

const TURNED_AWAY = {
  'gate.hosts-unknown':
    'This source takes requests from certain hosts, and the addresses of some of them are not known now: the DNS has not answered yet.',
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
  denied(ports, source.name, verdict.code, address, 'key' in verdict ? verdict.key : undefined);
  reject(ports, source.name, verdict.code, reply);
  if (verdict.code === 'auth.keys-unavailable') return reply;
  return { ...reply, delay: ports.failures.delay(address, ports.clock.monotonic()) };
}

/** Said in the log and in the audit, without what was presented. `key`: whose it was, where that is known. */
function denied(ports: IntakePorts, source: string, code: string, address: string, key?: string): void {
  const by = key ?? null;
  ports.log.warn({ event: 'audit.denied', source, code, address, by }, 'ingress.refused');
  ports.refused({ code, subject: source, address, by });
}

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
  return following(handle, () => ports.gate.leave(name, access));
}

/** `after`, whatever becomes of it. Promise.finally would take as long as the gate itself. */
function following(handle: () => Reply | Promise<Reply>, after: () => void): Reply | Promise<Reply> {
  let reply: Reply | Promise<Reply> | null = null;
  try {
    reply = handle();
  } finally {
    if (!(reply instanceof Promise)) after();
  }
  if (!(reply instanceof Promise)) return reply;
  return reply.then(
    (done) => {
      after();
      return done;
    },
    (error: unknown) => {
      after();
      throw error;
    },
  );
}

/** From the body of an admitted request to accepted alerts: bytes → value → alerts of the source's format → frames, acknowledged. */

import { refuse, tooMuch, within } from './admission.ts';
import { type AuthVerdict, type Presented, verifyRoutingKey } from './authenticate.ts';
import { type Reading, readContent, takenFor } from './content.ts';
import { formatOf } from './formats/by-name.ts';
import { contextOf, type Decoded } from './formats/format.ts';
import { decodeInSlices } from './formats/in-slices.ts';
import { routingKeyIn } from './formats/pagerduty.ts';
import type { IntakePorts } from './intake-ports.ts';
import { invalid, notStored, reject, unavailable } from './not-accepted.ts';
import { messageKey, prove } from './proof.ts';
import { newReceipt } from './receipt.ts';
import type { HttpRequest, Reply } from './route.ts';
import type { IngressSource } from './source.ts';

/** What came of a body: alerts (and, in a partial format, problems beside them), or the answer that refuses it. */
export type Taken =
  | {
      readonly code: 'alerts';
      readonly decoded: Decoded;
      readonly now: number;
      readonly message: string | null;
      /** What the body was taken for; null: JSON, or nothing is wrong with it. */
      readonly readAs: string | null;
    }
  | { readonly code: 'refused'; readonly reply: Reply };

/**
 * `handle` once it is known who speaks, and within what the source takes. Signatures and tokens are judged here: until then a request is
 * a stranger's, and neither counts among those of the source nor takes the place of one.
 */
export function proven(
  ports: IntakePorts,
  source: IngressSource,
  request: HttpRequest,
  handle: () => Reply | Promise<Reply>,
): Reply | Promise<Reply> {
  const { auth } = source;
  if (auth.type !== 'hmac' && auth.type !== 'jwt') return within(ports, source, request, handle);
  const { presented } = request;
  const verdict = isPresented(presented)
    ? prove(ports, auth, presented, request.body, ports.clock.now())
    : ({ code: 'auth.missing' } as const);
  const judged = (found: AuthVerdict) =>
    refuse(ports, source, request, found) ?? tooMuch(ports, source, request) ?? within(ports, source, request, handle);
  return verdict instanceof Promise ? verdict.then(judged) : judged(verdict);
}

function isPresented(presented: unknown): presented is Presented {
  return typeof presented === 'object' && presented !== null;
}

export function take(ports: IntakePorts, source: IngressSource, request: HttpRequest): Taken | Promise<Taken> {
  const { attributes = null, body } = request;
  // An event whose attributes stand in headers may be without data.
  if (attributes !== null && body.length === 0)
    return decode(ports, source, request, { code: 'body.read', value: undefined });
  const reading = readContent(request, source, ports.media);
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
    const verdict = verifyRoutingKey(auth, routingKeyIn(reading.value));
    const refused = refuse(ports, source, request, verdict) ?? tooMuch(ports, source, request);
    if (refused !== null) return { code: 'refused', reply: refused };
  }
  const format = formatOf(source);
  const now = ports.clock.now();
  const context = contextOf(source, now, request);
  const taken = (decoded: Decoded): Taken => {
    const readAs = decoded.problems.count === 0 ? null : takenFor(request.headers);
    if (decoded.problems.count === 0 || format.partial) {
      return { code: 'alerts', decoded, now, message: messageKey(source.name, request.presented), readAs };
    }
    return { code: 'refused', reply: reject(ports, source.name, 'alerts.invalid', invalid(422, decoded, readAs, 0)) };
  };
  const decoded = decodeInSlices(format, reading.value, context);
  return decoded instanceof Promise ? decoded.then(taken) : taken(decoded);
}

/**
 * What `accepted` answers, once every alert is stored, or the answer that says why not. A signed message that was accepted before has its
 * receipt.
 */
export function accept(
  ports: IntakePorts,
  source: IngressSource,
  taken: Taken & { code: 'alerts' },
  accepted: (receipt: string) => Reply,
): Reply | Promise<Reply> {
  const {
    decoded: { alerts },
    now,
    message,
  } = taken;
  const before = message === null ? null : ports.messages.receiptOf(message, now);
  if (before !== null) {
    ports.log.info(
      { event: 'ingress.replayed', source: source.name, receipt: before },
      'a message that came before: its receipt is answered',
    );
    ports.metrics.rejected(source.name, 'auth.replayed');
    return accepted(before);
  }
  const receipt = newReceipt(now, alerts.length, ports.random);
  return ports.groupCommit.submit(alerts, receipt, now).then((outcome) => {
    if (outcome.code !== 'stored') return reject(ports, source.name, outcome.code, notStored(ports, outcome));
    ports.metrics.accepted(source.name, source.format, alerts.length);
    if (message !== null && source.auth.type === 'hmac') {
      // Signed for later by a clock ahead of ours, it is good for longer.
      ports.messages.accepted(message, receipt, now, now + 2000 * source.auth.tolerance);
    }
    return accepted(receipt);
  });
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
    ports.log.warn(
      { event: 'ingress.acknowledge-unanswered', error, source: name },
      'an acknowledgement was not answered',
    );
    return reject(ports, name, 'ingest.unavailable', unavailable(ports, 'ingest.unavailable'));
  }
}

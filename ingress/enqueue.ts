/**
 * POST /v2/enqueue: PagerDuty's own path, for senders that let nothing be changed but the host. Its routing key says which Source it is
 * for: one of the format `pagerduty` whose auth is of type `routing-key`.
 */

import { INTAKE_HEADERS, noRoom, notAdmitting, refuse, turnAway, within } from './admission.ts';
import { type AuthVerdict, verifyRoutingKey } from './authenticate.ts';
import { otherThanJson, type Reading, readContent, unsupportedContent } from './content.ts';
import { routingKeyIn } from './formats/pagerduty.ts';
import { decode } from './intake.ts';
import { reject, unknownSource } from './not-accepted.ts';
import type { HttpRequest, Reply, Route } from './route.ts';
import type { IngressSource } from './source.ts';
import { answer, type WebhookPorts } from './webhook.ts';

/** What PagerDuty takes. */
const MOST_BYTES = 512 * 1024;
const UNKNOWN = { name: '-', maxBodyBytes: MOST_BYTES, auth: { type: 'routing-key', keys: [] } } as const;

export function enqueueRoute(ports: WebhookPorts): Route {
  return {
    method: 'POST',
    path: '/v2/enqueue',
    access: 'source',
    headers: INTAKE_HEADERS,
    admit(head) {
      // Before it is known whose it is: nobody's event can be kept.
      if (!ports.admitting()) return notAdmitting(ports, UNKNOWN.name);
      // Nor is it known who asks: what takes long to read is read for those alone whom a Source knows.
      if (![...ports.sources()].some(isMeant))
        return reject(ports, UNKNOWN.name, 'source.unknown', unknownSource(head.url));
      const unsupported = unsupportedContent(head.headers) ?? otherThanJson(head.headers);
      if (unsupported !== null) return reject(ports, UNKNOWN.name, 'content.unsupported', unsupported);
      // Asked for now: later its headers are gone.
      head.peer?.address();
      return { maxBodyBytes: MOST_BYTES };
    },
    async handle(request) {
      const reading = await readContent(request, UNKNOWN, ports.media);
      if (reading.code !== 'body.read') return reject(ports, UNKNOWN.name, reading.code, reading.reply);
      const found = sourceOf(ports.sources(), routingKeyIn(reading.value));
      if ('code' in found) return refuse(ports, UNKNOWN, request, found) as Reply;
      return enqueue(ports, found, request, reading);
    },
  };
}

function isMeant({ format, auth }: IngressSource): boolean {
  return format === 'pagerduty' && auth.type === 'routing-key';
}

/** Every key is compared, whichever fits: the time taken tells nothing. */
function sourceOf(sources: Iterable<IngressSource>, key: unknown): IngressSource | AuthVerdict {
  let found: IngressSource | null = null;
  let verdict: AuthVerdict = verifyRoutingKey(UNKNOWN.auth, key);
  for (const source of sources) {
    if (!isMeant(source) || source.auth.type !== 'routing-key') continue;
    verdict = verifyRoutingKey(source.auth, key);
    if (verdict.code === 'auth.accepted') found ??= source;
  }
  return found ?? verdict;
}

function enqueue(
  ports: WebhookPorts,
  source: IngressSource,
  request: HttpRequest,
  reading: Reading,
): Reply | Promise<Reply> {
  request.source = source.name;
  const { access } = source;
  if (access !== null) {
    const verdict = ports.gate.address(source.name, access, request.peer?.address() ?? '', ports.clock.monotonic());
    if (verdict.code !== 'gate.open') return turnAway(ports, source, request, verdict);
  }
  const turnedAway = noRoom(ports, source);
  if (turnedAway !== null) return turnedAway;
  return within(ports, source, request, async () =>
    answer(ports, source, await decode(ports, source, request, reading), false),
  );
}

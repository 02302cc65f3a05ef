/** POST and PUT /v1/webhooks/:source: alerts in the source's format, accepted with a receipt, or tried out. */

import type { Alert } from '../alert/alert.ts';
import { admit, INTAKE_HEADERS } from './admission.ts';
import type { Decoded } from './formats/format.ts';
import { accept, acknowledge, proven, type Taken, take } from './intake.ts';
import type { IntakePorts } from './intake-ports.ts';
import { invalid, reject, unknownSource } from './not-accepted.ts';
import { problem } from './problem.ts';
import { newReceipt } from './receipt.ts';
import type { HttpRequest, Reply, Route } from './route.ts';
import type { IngressSource } from './source.ts';
import { Turns } from './turns.ts';

export interface WebhookPorts extends IntakePorts {
  /** All that are declared. */
  sources(): Iterable<IngressSource>;
  /** What Herald would do with the alert, as JSON. Keeps nothing. */
  dryRun(alert: Alert): unknown;
}

const JSON_TYPE = 'application/json';

export function webhookRoute(ports: WebhookPorts): Route {
  const find = (name: string | undefined) => ports.findSource(name ?? '');
  return {
    method: ['POST', 'PUT'],
    path: '/v1/webhooks/:source',
    access: 'source',
    headers: INTAKE_HEADERS,
    admit: (head) => admit(ports, find(head.params.source), head),
    handle(request) {
      const source = find(request.params.source);
      // A reload may have removed it while the body was on its way.
      return source === null ? unknownSource(request.url) : receive(ports, source, request);
    },
  };
}

/** An admitted request, whichever path it came by. */
export function receive(ports: WebhookPorts, source: IngressSource, request: HttpRequest): Reply | Promise<Reply> {
  const isDryRun = dryRunOf(request);
  if (isDryRun === null) return unreadableDryRun();
  return proven(ports, source, request, () => {
    const taken = take(ports, source, request);
    if (taken instanceof Promise) return taken.then((body) => answer(ports, source, body, isDryRun));
    return answer(ports, source, taken, isDryRun);
  });
}

export function answer(
  ports: WebhookPorts,
  source: IngressSource,
  taken: Taken,
  isDryRun: boolean,
): Reply | Promise<Reply> {
  if (taken.code === 'refused') return taken.reply;
  const { decoded } = taken;
  if (isDryRun) return dryRun(ports, decoded.alerts, taken);
  if (decoded.acknowledges !== undefined) {
    // Carried out by then: its receipt is of no alert, and processed.
    const receipt = newReceipt(taken.now, 0, ports.random);
    return acknowledge(ports, source, decoded.acknowledges).then(
      (refused) => refused ?? acceptedReply(receipt, decoded),
    );
  }
  return accept(ports, source, taken, (receipt) => {
    // Only a partial format comes here with problems.
    if (decoded.problems.count > 0)
      return reject(ports, source.name, 'alerts.invalid', invalid(422, decoded, taken.readAs, decoded.alerts.length));
    return acceptedReply(receipt, decoded);
  });
}

function acceptedReply(receipt: string, { alerts: { length: count }, answer }: Decoded): Reply {
  return {
    status: 202,
    headers: { 'content-type': JSON_TYPE, location: `/v1/receipts/${receipt}` },
    receipt,
    body:
      answer === undefined
        ? `{"id":"${receipt}","accepted":${count}}`
        : JSON.stringify({ id: receipt, accepted: count, ...answer }),
  };
}

/** null: neither true nor false. Guessing could keep what was meant to be tried out. */
function dryRunOf(request: HttpRequest): boolean | null {
  if (request.query === '') return false;
  const value = new URLSearchParams(request.query).get('dryRun');
  if (value === null || value === 'false') return false;
  return value === 'true' ? true : null;
}

function unreadableDryRun(): Reply {
  return problem(400, 'Unreadable query', { code: 'query.invalid', detail: 'dryRun is either true or false.' });
}

async function dryRun(
  ports: WebhookPorts,
  alerts: readonly Alert[],
  taken: Taken & { code: 'alerts' },
): Promise<Reply> {
  const { problems } = taken.decoded;
  const turns = new Turns();
  const results: string[] = [];
  for (const alert of alerts) {
    const { tenant, fingerprint, status, labels } = alert;
    results.push(JSON.stringify({ tenant, fingerprint, status, labels, outcome: await ports.dryRun(alert) }));
    if (turns.isDue()) await turns.next();
  }
  const faults = `"problems":${JSON.stringify(problems.list)},"problemCount":${problems.count}`;
  const body = `{"dryRun":true,"alerts":[${results.join(',')}],${faults}}`;
  return { status: 200, headers: { 'content-type': JSON_TYPE }, body };
}

/** Posts a file of alerts as its sender would, then follows the receipt until every alert is decided. */

import { setTimeout as wait } from 'node:timers/promises';
import {
  CLIENT_OPTIONS,
  type Client,
  createClient,
  describeAnswer,
  isRecord,
  parsed,
  records,
  text,
} from '../client.ts';
import { type Command, CommandFailed } from '../command.ts';
import { readInput, seconds } from '../input.ts';
import { type Print, table } from '../print.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const FIRST_POLL_MS = 20;
const SLOWEST_POLL_MS = 500;
/** Of a very large request; `--json` has them all. */
const MOST_ROWS = 1000;

export const send: Command = {
  usage: ['send FILE|- [--source NAME] [--timeout SECONDS]'],
  description:
    'Posts alerts, in the format of the source, to the running Herald; waits, and prints what became of each.',
  options: {
    source: { type: 'string', value: 'NAME', description: 'the Source that they come through (alertmanager)' },
    timeout: { type: 'string', value: 'SECONDS', description: 'how long to wait for the receipt (10)' },
    json: { type: 'boolean', description: 'print the receipt as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 1, max: 1 },
  async run(input) {
    const {
      positionals: [file = '-'],
      options,
      print,
    } = input;
    const timeout = seconds('timeout', options.timeout, DEFAULT_TIMEOUT_MS);
    const client = createClient(input);
    const body = await readInput(file);
    const accepted = await post(client, String(options.source ?? 'alertmanager'), body);
    const receipt = await follow(client, accepted.path, timeout);
    if (options.json === true) print.json(receipt);
    else printReceipt(receipt, alertNames(body), print);
    if (receipt.state === 'processed') return 0;
    print.note(`Accepted, but not all processed within ${timeout / 1000} s; ask again: ${client.base}${accepted.path}`);
    return 1;
  },
};

async function post(client: Client, source: string, body: Buffer<ArrayBuffer>): Promise<{ path: string }> {
  const answer = await client.request(`/v1/webhooks/${encodeURIComponent(source)}`, { method: 'POST', body });
  if (answer.status !== 202 || !isRecord(answer.body)) throw new CommandFailed(describeAnswer(answer));
  return { path: answer.headers.get('location') ?? `/v1/receipts/${encodeURIComponent(String(answer.body.id))}` };
}

/**
 * Asks until the receipt says `processed` or the time is over; the last answer either way. What is accepted is kept, so an
 * archive that starts or moves just then (5xx) is waited for, too.
 */
async function follow(client: Client, path: string, timeout: number): Promise<Record<string, unknown>> {
  const deadline = performance.now() + timeout;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 2, SLOWEST_POLL_MS)) {
    const answer = await client.request(path);
    const isOver = performance.now() >= deadline;
    if (answer.status === 200 && isRecord(answer.body)) {
      if (answer.body.state === 'processed' || isOver) return answer.body;
    } else if (answer.status < 500 || isOver) {
      throw new CommandFailed(
        `accepted, but its receipt ${client.base}${path} cannot be had: ${describeAnswer(answer)}`,
      );
    }
    await wait(Math.max(1, Math.min(pause, deadline - performance.now())));
  }
}

/** The alertname of each alert of the body; a receipt does not repeat what was sent. Every format lists them in this way. */
function alertNames(body: Buffer): string[] {
  const content = parsed(new TextDecoder().decode(body));
  const alerts = Array.isArray(content)
    ? content
    : isRecord(content) && Array.isArray(content.alerts)
      ? content.alerts
      : [content];
  return alerts.map((alert) => (isRecord(alert) && isRecord(alert.labels) ? text(alert.labels.alertname) : ''));
}

function printReceipt(receipt: Record<string, unknown>, names: readonly string[], print: Print): void {
  const rows = records(receipt.alerts)
    .slice(0, MOST_ROWS)
    .map((alert) => [
      `${text(alert.tenant)}/${text(alert.fingerprint)}`,
      names[Number(alert.index)] ?? '',
      text(alert.outcome),
      records(alert.reasons)
        .map(({ code }) => text(code))
        .join(', '),
    ]);
  if (rows.length > 0) {
    for (const line of table(['ALERT', 'NAME', 'OUTCOME', 'REASONS'], rows, print.style)) print.line(line);
    print.line(print.style.dim(`herald explain ${rows[0]?.[0]} tells more of the first, and who was told`));
  }
  const decided = Number(receipt.decided ?? rows.length);
  const all = Number(receipt.accepted ?? decided);
  if (rows.length < decided) print.line(`and ${decided - rows.length} more`);
  print.line(
    `${text(receipt.state)}: ${decided} of ${all} ${all === 1 ? 'alert' : 'alerts'}, receipt ${text(receipt.id)}`,
  );
}

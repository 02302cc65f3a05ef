/** The channels that are declared, how each stands, and a test send through one. */

import { CLIENT_OPTIONS, type Client, createClient, describeAnswer, isRecord, records, text } from '../client.ts';
import { type Command, CommandFailed, type ExitCode, type Input, UsageError } from '../command.ts';
import { bodyBy } from '../named.ts';
import { printable, type Style, table } from '../print.ts';

/** States in which a delivery stays. */
const ENDS = ['delivered', 'dead', 'diverted', 'bundled'];
const LOOK_EVERY_MS = 500;
const DEFAULT_PATIENCE_S = 30;

export const channel: Command = {
  usage: ['channel [list]', 'channel test NAME', 'channel resend DELIVERY'],
  description:
    'Lists the channels and how each stands. test sends a test notification the way that all go, and tells what came of it (what it opens, such as an incident, is ended a minute later); resend sends what was delivered once more. Exit code 1 when it was not delivered.',
  options: {
    tenant: { type: 'string', value: 'TENANT', description: 'whose channel; default: default' },
    to: { type: 'string', value: 'ADDRESS', description: 'test: whom to send to, in the terms of the channel' },
    wait: { type: 'string', value: 'SECONDS', description: 'how long to wait for what comes of it; default: 30' },
    json: { type: 'boolean', description: 'print the channels, or the delivery, as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 2 },
  async run(input) {
    const [action = 'list', name] = input.positionals;
    const client = createClient(input);
    if (action === 'list' && name === undefined) return list(client, input);
    if (name === undefined || (action !== 'test' && action !== 'resend'))
      throw new UsageError(`${JSON.stringify(input.positionals.join(' '))}: list, test NAME or resend DELIVERY`);
    return submit(client, action, name, input);
  },
};

async function list(client: Client, { options, print }: Input): Promise<ExitCode> {
  const query = typeof options.tenant === 'string' ? `?${new URLSearchParams({ tenant: options.tenant })}` : '';
  const answer = await client.get(`/v1/channels${query}`);
  const channels = records(isRecord(answer) ? answer.channels : null);
  if (options.json === true) print.json(channels);
  else if (channels.length === 0) print.line('no channels');
  else {
    for (const line of causeLines(answer, print.style)) print.line(line);
    for (const line of channelLines(channels, print.style)) print.line(line);
  }
  return 0;
}

/** What is wrong with one is there to be seen. */
export function channelLines(channels: readonly Record<string, unknown>[], style: Style): string[] {
  const rows = channels.map(({ tenant, name, type, fallback, members, breaker, health, failure }) => {
    const sendsTo = Array.isArray(members) && members.length > 0 ? members.map(text).join(', ') : text(fallback);
    const isOpen = isRecord(breaker) && breaker.state === 'open';
    const why = isOpen ? records(breaker.reasons).map((reason) => text(reason.detail)) : [];
    const state = isRecord(health) ? text(health.state) : '';
    if (isRecord(health) && state !== 'healthy') why.push(text(health.detail));
    // What opened the breaker says it already.
    if (isRecord(failure) && !isOpen) why.unshift(text(failure.detail));
    if (isRecord(failure)) why.unshift(failureOf(failure, style));
    const shown = state === 'failed' ? style.red(state) : state;
    return [
      text(tenant),
      text(name),
      text(type),
      sendsTo,
      isOpen ? style.red('open') : 'closed',
      shown,
      why.join('; '),
    ];
  });
  return table(['TENANT', 'CHANNEL', 'TYPE', 'SENDS ON TO', 'BREAKER', 'HEALTH', ''], rows, style);
}

/** `critical: dns at hooks.example since 2026-11-26T05:40:00.000Z; 12 wait, 3 of them P1; sms takes over` */
function failureOf(failure: Record<string, unknown>, style: Style): string {
  const { type, severity, host, since, waiting, urgent, takenOverBy } = failure;
  const paint = severity === 'warning' ? style.yellow : style.red;
  const where = typeof host === 'string' ? ` at ${printable(host)}` : '';
  const next = typeof takenOverBy === 'string' ? `${printable(takenOverBy)} takes over` : 'no channel takes over';
  const head = `${paint(text(severity))}: ${text(type)}${where} since ${text(since)}`;
  return `${head}; ${text(waiting)} wait, ${text(urgent)} of them P1; ${next}`;
}

/** What several fail for, said once. */
export function causeLines(answer: unknown, style: Style): string[] {
  const causes = records(isRecord(answer) ? answer.causes : null);
  return causes.map(({ tenant, summary }) => style.red(printable(`${text(tenant)}: ${text(summary)}`)));
}

async function submit(client: Client, action: 'test' | 'resend', name: string, input: Input): Promise<ExitCode> {
  const { options, print } = input;
  const patience = patienceOf(options.wait);
  const tenant = typeof options.tenant === 'string' ? options.tenant : 'default';
  const path =
    action === 'test'
      ? `/v1/channels/${encodeURIComponent(tenant)}/${encodeURIComponent(name)}/test`
      : `/v1/deliveries/${encodeURIComponent(name)}/resend`;
  const to = action === 'test' && typeof options.to === 'string' ? { address: options.to } : {};
  const body = bodyBy(input, to);
  const answer = await client.request(path, { method: 'POST', body });
  if (answer.status !== 200 || !isRecord(answer.body)) throw new CommandFailed(describeAnswer(answer));
  const id = text(answer.body.notificationId);
  const delivery = await concluded(client, id, patience);
  if (options.json === true) print.json(delivery ?? { notificationId: id, state: 'unknown' });
  else if (delivery === null) print.line(`${id}: nothing is known of it yet; GET /v1/deliveries/${id} tells later`);
  else print.line(`${id} ${text(delivery.state)}: ${whyOf(delivery)}`);
  return delivery?.state === 'delivered' ? 0 : 1;
}

function whyOf(delivery: Record<string, unknown>): string {
  return records(delivery.reasons)
    .map((reason) => text(reason.detail))
    .join('; ');
}

function patienceOf(given: unknown): number {
  if (given === undefined) return DEFAULT_PATIENCE_S * 1000;
  const seconds = typeof given === 'string' && /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isNaN(seconds)) throw new UsageError(`--wait ${text(given)}: whole seconds, such as 30`);
  return seconds * 1000;
}

/** As far as it has come within the time; null: the archive knows nothing of it. */
async function concluded(client: Client, id: string, patience: number): Promise<Record<string, unknown> | null> {
  const deadline = performance.now() + patience;
  for (;;) {
    const { status, body } = await client.request(`/v1/deliveries/${encodeURIComponent(id)}`);
    const delivery = status === 200 && isRecord(body) ? body : null;
    if (delivery !== null && ENDS.includes(String(delivery.state))) return delivery;
    if (performance.now() + LOOK_EVERY_MS > deadline) return delivery;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

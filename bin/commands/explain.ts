/** One alert as it is, who was told of it, and every step that led there with its reasons. */

import { CLIENT_OPTIONS, createClient, isRecord, text } from '../client.ts';
import { type Command, CommandFailed, UsageError } from '../command.ts';
import { type ChannelVerdict, type LedgerStep, ledgerSteps, verdicts } from '../ledger.ts';
import { type Print, printable, table, time } from '../print.ts';

export const explain: Command = {
  usage: ['explain TENANT/FINGERPRINT'],
  description:
    'Tells why someone was, or was not, told of an alert: its state, each channel with what it was told, then every\n' +
    'decision and delivery in the order of time, with reasons. Without a tenant it is that of `default`.',
  options: { json: { type: 'boolean', description: 'print the whole answer as JSON' }, ...CLIENT_OPTIONS },
  positionals: { min: 1, max: 1 },
  async run(input) {
    const {
      positionals: [identity = ''],
      options,
      print,
    } = input;
    const { tenant, fingerprint } = parseIdentity(identity);
    const client = createClient(input);
    const path = `/v1/alerts/${encodeURIComponent(tenant)}/${fingerprint}`;
    const alert = await client.get(path);
    if (!isRecord(alert)) throw new CommandFailed(`${client.base}${path} is no alert`);
    if (options.json === true) print.json(alert);
    else printAlert(alert, print);
    return 0;
  },
};

/** Throws UsageError. */
function parseIdentity(identity: string): { tenant: string; fingerprint: string } {
  const match = /^(?:([^/]+)\/)?([0-9a-f]{16})$/i.exec(identity);
  if (!match)
    throw new UsageError(
      `${JSON.stringify(identity)}: TENANT/FINGERPRINT, the latter 16 hex digits, as herald send prints them`,
    );
  return { tenant: match[1] ?? 'default', fingerprint: match[2]!.toLowerCase() };
}

function printAlert(alert: Record<string, unknown>, print: Print): void {
  const { style } = print;
  const labels = isRecord(alert.labels) ? alert.labels : {};
  const identity = `${text(alert.tenant)}/${text(alert.fingerprint)}`;
  print.line(`${style.bold(text(labels.alertname) || '(no alertname)')}  ${identity}  ${text(alert.status)}`);
  const facts = [
    ['environment', text(alert.environment)],
    ['priority', text(alert.priority)],
    ['namespace', text(alert.namespace)],
    ['occurrences', text(alert.occurrences)],
    [
      'labels',
      Object.entries(labels)
        .map(([name, value]) => `${printable(name)}=${text(value)}`)
        .join(' '),
    ],
  ];
  for (const [name = '', value = ''] of facts)
    if (value !== '') print.line(`  ${style.dim(name.padEnd(11))}  ${value}`);
  for (const line of verdictLines(verdicts(alert), print)) print.line(line);
  for (const line of stepLines(ledgerSteps(alert), print)) print.line(line);
}

function verdictLines(found: readonly ChannelVerdict[], { style }: Print): string[] {
  if (found.length === 0) return ['', style.yellow('No channel was told, and none was asked to be.')];
  const rows = found.map(({ channel, told, at, why }) => {
    return [channel, told ? style.green('told') : style.yellow('not told'), time(at), why];
  });
  return ['', ...table(['CHANNEL', 'LAST', 'AT', 'WHY'], rows, style)];
}

/** A row for each detail; what they have in common stands in the first. */
function stepLines(steps: readonly LedgerStep[], { style }: Print): string[] {
  const rows = steps.flatMap(({ at, what, channel, times, details: [first = '', ...others] }) => [
    [time(at), times > 1 ? `${what} (${times} times)` : what, channel ?? '', first],
    ...others.map((detail) => ['', '', '', detail]),
  ]);
  return rows.length === 0 ? [] : ['', ...table(['AT', 'STEP', 'CHANNEL', 'REASONS'], rows, style)];
}

/** One alert as it is, who was told of it, and every step that led there with its reasons. */

import { CLIENT_OPTIONS, createClient, isRecord, text } from '../client.ts';
import { type Command, CommandFailed, UsageError } from '../command.ts';
import { policyLines, receiverLines, stepLines } from '../ledger.ts';
import { type Print, time } from '../print.ts';

export const explain: Command = {
  usage: ['explain TENANT/FINGERPRINT'],
  description:
    'Tells why someone was, or was not, told of an alert: first a line for each receiver, then every step of the decision\n' +
    'with what it looked at, its reasons, the rule and the policy. Without a tenant it is that of `default`.',
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
  const facts = [text(alert.environment), text(alert.priority), `namespace ${text(alert.namespace)}`, times(alert)];
  print.line(style.dim(facts.filter((fact) => fact !== '').join(', ')));
  print.line('');
  for (const line of receiverLines(alert, print)) print.line(line);
  for (const line of stepLines(alert, print)) print.line(line);
  for (const line of policyLines(alert, print)) print.line(line);
}

function times({ occurrences, firstSeen }: Record<string, unknown>): string {
  const many = Number(occurrences) === 1 ? 'reported once' : `reported ${text(occurrences)} times`;
  return text(firstSeen) === '' ? many : `${many} since ${time(text(firstSeen))}`;
}

/** One alert as it is, who was told of it, and every step that led there with its reasons. */

import { memberId } from '../../alert/audience.ts';
import { CLIENT_OPTIONS, type Client, createClient, describeAnswer, isRecord, records, text } from '../client.ts';
import { type Command, CommandFailed, type ExitCode } from '../command.ts';
import { policyLines, receiverLines, stepLines } from '../ledger.ts';
import { alertNamed } from '../named.ts';
import { type Print, time } from '../print.ts';

export const explain: Command = {
  usage: ['explain TENANT/FINGERPRINT [--recipient ADDRESS]'],
  description:
    'Tells why someone was, or was not, told of an alert: first a line for each receiver, then every step of the decision\n' +
    'with what it looked at, its reasons, the rule and the policy. Without a tenant it is that of `default`.\n' +
    'An audience is told as a whole, in sums; --recipient tells what came of one of it.',
  options: {
    recipient: { type: 'string', value: 'ADDRESS', description: 'one of an audience, by the address' },
    json: { type: 'boolean', description: 'print the whole answer as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 1, max: 1 },
  async run(input) {
    const {
      positionals: [identity = ''],
      options,
      print,
    } = input;
    const { tenant, fingerprint } = alertNamed(identity);
    const client = createClient(input);
    const path = `/v1/alerts/${encodeURIComponent(tenant)}/${fingerprint}`;
    const alert = await client.get(path);
    if (!isRecord(alert)) throw new CommandFailed(`${client.base}${path} is no alert`);
    const { recipient } = options;
    if (typeof recipient === 'string') return explainMember(client, alert, recipient, print, options.json === true);
    if (options.json === true) print.json(alert);
    else printAlert(alert, print);
    return 0;
  },
};

/** What came of one of the audiences that were told of the alert. */
async function explainMember(
  client: Client,
  alert: Record<string, unknown>,
  address: string,
  print: Print,
  json: boolean,
): Promise<ExitCode> {
  const told = records(alert.receivers).filter(({ recipient }) => text(recipient).startsWith('audience/'));
  const found: Record<string, unknown>[] = [];
  for (const { notificationId } of told) {
    if (text(notificationId) === '') continue;
    const path = `/v1/deliveries/${encodeURIComponent(memberId(text(notificationId), address))}`;
    const answer = await client.request(path);
    if (answer.status === 200 && isRecord(answer.body)) found.push(answer.body);
    else if (answer.status !== 404) throw new CommandFailed(describeAnswer(answer));
  }
  if (json) print.json(found);
  else if (found.length === 0) {
    const names = told.map(({ recipient }) => text(recipient)).join(', ');
    const where = names === '' ? 'no audience was told of the alert' : `not (yet) among those told of ${names}`;
    print.line(`${address}  not told: ${where}`);
  } else for (const delivery of found) print.line(memberLine(delivery));
  return found.length === 0 ? 1 : 0;
}

function memberLine({ recipient, channel, state, attempts, updatedAt, reasons }: Record<string, unknown>): string {
  const why = records(reasons).map(({ code, detail }) => `${text(code)}  ${text(detail)}`);
  const tries = Number(attempts) > 1 ? ` at attempt ${text(attempts)}` : '';
  return [`${text(channel)} ${text(recipient)}  ${text(state)}${tries} at ${time(text(updatedAt))}`, ...why].join(
    '\n  ',
  );
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

/** What people and strangers did to the running Herald, and whether the chain of it is whole. */

import { type AuditRecord, type Head, verifyChain } from '../../access/audit-chain.ts';
import { auditKeyOf } from '../../gateway/audit-key.ts';
import { CLIENT_OPTIONS, type Client, createClient, isRecord, records, text } from '../client.ts';
import { type Command, CommandFailed, type ExitCode, type Input, UsageError } from '../command.ts';
import { table, time } from '../print.ts';

const PAGE = 500;
const SHOWN = 50;
const HEAD = /^(\d{1,15}):([0-9a-f]{64})$/;

export const audit: Command = {
  usage: ['audit [list]', 'audit verify'],
  description:
    'Lists commands, refusals and activations, the newest first, or checks the chain that binds them.\n' +
    'verify needs the key: HERALD_AUDIT_KEY, or the file audit.key in HERALD_DATA. It names the first record that\n' +
    'is not as it was written, and ends with 1. That the newest ones are gone it can tell by a head that was kept elsewhere alone.',
  options: {
    limit: { type: 'string', value: 'COUNT', description: `list: so many records instead of ${SHOWN}` },
    head: { type: 'string', value: 'POSITION:MAC', description: 'verify: the head as an earlier verify printed it' },
    json: { type: 'boolean', description: 'print the records, or what verify found, as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 1 },
  async run(input) {
    const [action = 'list'] = input.positionals;
    if (action === 'list') return list(createClient(input), input);
    if (action === 'verify') return verify(createClient(input), input);
    throw new UsageError(`${JSON.stringify(action)}: list or verify`);
  },
};

async function list(client: Client, { options, print }: Input): Promise<ExitCode> {
  const most = options.limit === undefined ? SHOWN : Number(options.limit);
  if (!Number.isInteger(most) || most < 1)
    throw new UsageError(`--limit ${String(options.limit)}: a whole number, 1 or more`);
  const found: AuditRecord[] = [];
  let before = '';
  while (found.length < most) {
    const limit = Math.min(PAGE, most - found.length);
    const page = await pageOf(client, `limit=${limit}${before}`);
    found.push(...page);
    if (page.length < limit) break;
    before = `&before=${page.at(-1)!.position}`;
  }
  if (options.json === true) print.json(found);
  else if (found.length === 0) print.line('nothing was audited');
  else {
    const rows = found.map(({ position, at, event, what, subject, by, detail }) => {
      return [String(position), time(at), ...[event, what, subject, by, detail].map(cell)];
    });
    for (const line of table(['POSITION', 'AT', 'EVENT', 'WHAT', 'SUBJECT', 'BY', 'DETAIL'], rows, print.style)) {
      print.line(line);
    }
  }
  return 0;
}

/** Strangers have their say in it: what they sent. A text of several lines, such as a refusal's, becomes one. */
function cell(value: unknown): string {
  const lines = String(value ?? '')
    .split('\n')
    .map((line) => line.trim());
  return text(lines.filter((line) => line !== '').join('; '));
}

async function verify(client: Client, { options, print, environment }: Input): Promise<ExitCode> {
  const head = headIn(options.head);
  const key = auditKeyOf(environment, false);
  if (key === null)
    throw new CommandFailed('there is no key: set HERALD_AUDIT_KEY as the processes of this Herald have it');
  const verdict = await verifyChain(key, everyRecord(client), head);
  if (options.json === true) print.json(verdict);
  else if (verdict.code === 'audit.empty') print.line('nothing was audited');
  else if (verdict.code === 'audit.broken') print.line(`broken at ${verdict.position}: ${text(verdict.detail)}`);
  else {
    const { from, head: last } = verdict;
    const older = from === 1 ? '' : `; those before ${from} are gone for their age, or were removed together`;
    print.line(`whole: ${last.position - from + 1} records${older}`);
    print.line(`head ${last.position}:${last.mac}`);
  }
  return verdict.code === 'audit.broken' ? 1 : 0;
}

function headIn(given: unknown): Head | null {
  if (given === undefined) return null;
  const [, position, mac] = HEAD.exec(String(given)) ?? [];
  if (position === undefined || mac === undefined)
    throw new UsageError(`--head ${String(given)}: POSITION:MAC, as verify prints it`);
  return { position: Number(position), mac };
}

/** The oldest first. */
async function* everyRecord(client: Client): AsyncGenerator<AuditRecord> {
  for (let after = 0; ; ) {
    const page = await pageOf(client, `limit=${PAGE}&after=${after}`);
    yield* page;
    if (page.length < PAGE) return;
    // What it says of itself was checked when this is asked for: the reader stops at the first that is wrong.
    after = page.at(-1)!.position;
  }
}

async function pageOf(client: Client, query: string): Promise<AuditRecord[]> {
  const answer = await client.get(`/v1/audit?${query}`);
  if (!isRecord(answer)) throw new CommandFailed(`${client.base}/v1/audit is no list: ${text(answer)}`);
  return records(answer.records) as unknown as AuditRecord[];
}

/** What could not be processed or delivered: to look at, and to put in again. */

import { parseDuration } from '../../resources/duration.ts';
import { CLIENT_OPTIONS, type Client, createClient, describeAnswer, isRecord, records, text } from '../client.ts';
import { type Command, CommandFailed, type ExitCode, type Input, UsageError } from '../command.ts';
import { bodyBy } from '../named.ts';
import { type Print, table, time } from '../print.ts';

const PAGE = 200;

export const deadLetters: Command = {
  usage: ['dead-letters [list]', 'dead-letters replay ID', 'dead-letters replay --all', 'dead-letters replay FILTERS'],
  description: 'Lists what could not be processed or delivered, newest first, and puts it in again.',
  options: {
    all: { type: 'boolean', description: 'list: replayed ones, too; replay: every open one' },
    channel: { type: 'string', value: 'NAME', description: 'only deliveries of this channel' },
    tenant: { type: 'string', value: 'TENANT', description: 'only of this tenant' },
    reason: { type: 'string', value: 'CODE', description: 'only with this reason, such as delivery.exhausted' },
    since: { type: 'string', value: 'TIME', description: 'only since then: 2026-11-23T09:00:00Z, or 2h ago as 2h' },
    json: { type: 'boolean', description: 'print the letters, or what came of the replay, as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 2 },
  async run(input) {
    const { positionals, options } = input;
    const [action = 'list', id] = positionals;
    const client = createClient(input);
    if (action === 'list' && id === undefined) return list(client, input);
    if (action !== 'replay')
      throw new UsageError(`${JSON.stringify(positionals.join(' '))}: list, replay ID or replay --all`);
    const filter = filterOf(options);
    const isFiltered = FILTERS.some((name) => options[name] !== undefined);
    if ((id === undefined) === !(options.all === true || isFiltered) || (id !== undefined && isFiltered))
      throw new UsageError('replay needs either an ID, or --all, or filters');
    if (id !== undefined) return replay(client, [id], input);
    // Listed newest first, put in oldest first: told the other way round, "firing" would be the last that a receiver hears.
    const ids = (await open(client))
      .filter(filter)
      .map((letter) => text(letter.id))
      .toReversed();
    if (ids.length === 0) await channelMustBe(client, input);
    return replay(client, ids, input);
  },
};

const FILTERS = ['channel', 'tenant', 'reason', 'since'] as const;

/** All that are given must fit. */
function filterOf({ channel, tenant, reason, since }: Input['options']) {
  const after = since === undefined ? null : sinceOf(String(since));
  return (letter: Record<string, unknown>): boolean =>
    (channel === undefined || (letter.kind === 'delivery' && text(letter.subject).endsWith(`/${String(channel)}`))) &&
    (tenant === undefined || letter.tenant === tenant) &&
    (reason === undefined || records(letter.reasons).some(({ code }) => code === reason)) &&
    (after === null || Date.parse(text(letter.at)) >= after);
}

/** Unix time in milliseconds. */
function sinceOf(given: string): number {
  const ago = parseDuration(given);
  const at = ago === null ? Date.parse(given) : Date.now() - ago;
  if (Number.isNaN(at))
    throw new UsageError(`--since ${given}: a time such as 2026-11-23T09:00:00Z, or a duration such as 2h`);
  return at;
}

/** That there are none says nothing where the name is mistyped. Of one that is not declared any more there may be letters. */
async function channelMustBe(client: Client, { options }: Pick<Input, 'options'>): Promise<void> {
  const { channel, tenant } = options;
  if (typeof channel !== 'string') return;
  const query = typeof tenant === 'string' ? `?${new URLSearchParams({ tenant })}` : '';
  const answer = await client.get(`/v1/channels${query}`);
  const names = records(isRecord(answer) ? answer.channels : null).map(({ name }) => text(name));
  if (names.includes(channel)) return;
  const declared = [...new Set(names)].sort().join(', ') || 'none';
  throw new CommandFailed(
    `no channel ${JSON.stringify(channel)} is declared, and no dead letter is of one; declared: ${declared}`,
  );
}

async function list(client: Client, { options, print }: Input): Promise<ExitCode> {
  const filter = filterOf(options);
  const letters = (options.all === true ? await everyLetter(client) : await open(client)).filter(filter);
  if (letters.length === 0) await channelMustBe(client, { options });
  if (options.json === true) print.json(letters);
  else if (letters.length === 0) print.line('no dead letters');
  else printLetters(letters, print);
  return 0;
}

async function open(client: Client): Promise<Record<string, unknown>[]> {
  return (await everyLetter(client)).filter((letter) => letter.state === 'open');
}

/** All pages. */
async function everyLetter(client: Client): Promise<Record<string, unknown>[]> {
  const letters: Record<string, unknown>[] = [];
  for (let cursor: string | null = null; ; ) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    const page = await client.get(`/v1/dead-letters?${query}`);
    if (!isRecord(page)) throw new CommandFailed(`${client.base}/v1/dead-letters is no list`);
    letters.push(...records(page.deadLetters));
    if (typeof page.next !== 'string' || page.next === cursor) return letters;
    cursor = page.next;
  }
}

function printLetters(letters: readonly Record<string, unknown>[], print: Print): void {
  const rows = letters.map((letter) => [
    text(letter.id),
    time(letter.at as number | string | null),
    text(letter.kind),
    `${text(letter.subject)}`,
    letter.state === 'open' ? '' : text(letter.state),
    records(letter.reasons)
      .map((reason) => `${text(reason.code)} (${text(reason.detail)})`)
      .join('; '),
  ]);
  for (const line of table(['ID', 'AT', 'KIND', 'SUBJECT', 'STATE', 'REASONS'], rows, print.style)) print.line(line);
}

/** Each by itself: one that is refused does not keep the others. */
async function replay(client: Client, ids: readonly string[], input: Input): Promise<ExitCode> {
  const { options, print } = input;
  const body = bodyBy(input);
  const results: { id: string; ok: boolean; answer: unknown }[] = [];
  for (const id of ids) {
    const answer = await client.request(`/v1/dead-letters/${encodeURIComponent(id)}/replay`, { method: 'POST', body });
    const ok = answer.status >= 200 && answer.status < 300;
    results.push({ id, ok, answer: answer.body });
    if (options.json !== true)
      print.line(ok ? `${id} put in again` : `${id} not put in again: ${describeAnswer(answer)}`);
  }
  if (options.json === true) print.json(results);
  else if (ids.length === 0) print.line('no dead letters');
  return results.every(({ ok }) => ok) ? 0 : 1;
}

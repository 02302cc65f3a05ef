/** What could not be processed or delivered: to look at, and to put in again. */

import { CLIENT_OPTIONS, type Client, createClient, describeAnswer, isRecord, records, text } from '../client.ts';
import { type Command, CommandFailed, type ExitCode, type Input, UsageError } from '../command.ts';
import { type Print, table, time } from '../print.ts';

const PAGE = 200;

export const deadLetters: Command = {
  usage: ['dead-letters [list]', 'dead-letters replay ID', 'dead-letters replay --all'],
  description: 'Lists what could not be processed or delivered, newest first, and puts it in again.',
  options: {
    all: { type: 'boolean', description: 'list: replayed ones, too; replay: every open one' },
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
    if ((id === undefined) === (options.all !== true)) throw new UsageError('replay needs either an ID or --all');
    const ids = id === undefined ? (await open(client)).map((letter) => text(letter.id)) : [id];
    return replay(client, ids, input);
  },
};

async function list(client: Client, { options, print }: Input): Promise<ExitCode> {
  const letters = options.all === true ? await everyLetter(client) : await open(client);
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
async function replay(client: Client, ids: readonly string[], { options, variables, print }: Input): Promise<ExitCode> {
  const body = JSON.stringify({ by: variables.USER || 'herald' });
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

/** Who hears of which alerts, beside the routes: subscriptions that people make, and those that are declared. */

import { CLIENT_OPTIONS, type Client, createClient, isRecord, records, text } from '../client.ts';
import { type Command, type ExitCode, type Input, UsageError } from '../command.ts';
import { type Print, table } from '../print.ts';

export const subscription: Command = {
  usage: ['subscription [list]', 'subscription add [MATCHER]...', 'subscription remove ID'],
  description:
    'Subscribes to alerts, such as: subscription add severity="critical" --environment production\nPeople subscribe themselves, or a team that they speak for, to alerts of environments that these may hear of; an operator subscribes\nanybody. One whose subscriber may not hear of that any more does not hold, and the list says why.',
  options: {
    subscriber: { type: 'string', value: 'NAME', description: 'user/NAME or team/NAME; default: who asks' },
    environment: { type: 'string', value: 'NAME,...', description: 'add: only of these; several with commas' },
    priority: { type: 'string', value: 'P1,...', description: 'add: only of these; several with commas' },
    'group-by': { type: 'string', value: 'LABEL,...', description: 'add: default: alertname,namespace' },
    'group-wait': { type: 'string', value: 'DURATION', description: 'add: before the first of a group is told' },
    'group-interval': { type: 'string', value: 'DURATION', description: 'add: between what is told of a group' },
    'repeat-interval': { type: 'string', value: 'DURATION', description: 'add: until it is told again' },
    tenant: { type: 'string', value: 'TENANT', description: 'add: default: default; list: only of this one' },
    json: { type: 'boolean', description: 'print what is answered as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 51 },
  async run(input) {
    const [action = 'list', ...words] = input.positionals;
    const by = input.variables.USER || 'herald';
    const client = createClient(input);
    if (action === 'list' && words.length === 0) return list(client, input);
    if (action === 'add') return shown(await client.change('/v1/subscriptions', 'POST', bodyOf(words, input)), input);
    const [id, ...more] = words;
    if (action !== 'remove' || id === undefined || more.length > 0)
      throw new UsageError('list, add with matchers, or remove ID');
    return shown(await client.change(`/v1/subscriptions/${encodeURIComponent(id)}`, 'DELETE', { by }), input);
  },
};

function bodyOf(matchers: readonly string[], { options, variables }: Input): object {
  const words = (name: string) => String(options[name]).split(',');
  const given = (option: string, field: string, value: (name: string) => unknown = (name) => options[name]) =>
    options[option] === undefined ? {} : { [field]: value(option) };
  return {
    ...given('tenant', 'tenant'),
    ...given('subscriber', 'subscriber'),
    ...(matchers.length === 0 ? {} : { matchers }),
    ...given('environment', 'environments', words),
    ...given('priority', 'priorities', words),
    ...given('group-by', 'groupBy', words),
    ...given('group-wait', 'groupWait'),
    ...given('group-interval', 'groupInterval'),
    ...given('repeat-interval', 'repeatInterval'),
    by: variables.USER || 'herald',
  };
}

const PAGE = 500;

async function list(client: Client, { options, print }: Input): Promise<ExitCode> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  for (const name of ['tenant', 'subscriber'] as const)
    if (typeof options[name] === 'string') query.set(name, options[name]);
  const all: Record<string, unknown>[] = [];
  for (let next: unknown = ''; typeof next === 'string'; ) {
    if (next !== '') query.set('cursor', next);
    const answer = await client.get(`/v1/subscriptions?${query}`);
    all.push(...records(isRecord(answer) ? answer.subscriptions : null));
    next = isRecord(answer) ? answer.next : null;
  }
  if (options.json === true) print.json(all);
  else if (all.length === 0) print.line('no subscriptions');
  else printTable(all, print);
  return 0;
}

function shown(answer: Record<string, unknown>, { options, print }: Input): ExitCode {
  if (options.json === true) print.json(answer);
  else printTable([answer], print);
  return 0;
}

function printTable(all: readonly Record<string, unknown>[], print: Print): void {
  const rows = all.map((one) => [
    text(one.id),
    `${text(one.tenant)}/${text(one.subscriber)}`,
    wantedIn(isRecord(one.wanted) ? one.wanted : {}),
    one.declared === true ? 'declared' : text(one.by),
    one.void === null ? '' : print.style.red(`does not hold: ${text(one.void)}`),
  ]);
  for (const line of table(['id', 'subscriber', 'hears of', 'by', ''], rows, print.style)) print.line(line);
}

function wantedIn({ matchers, environments, priorities }: Record<string, unknown>): string {
  const listed = [matchers, environments, priorities].flatMap((one) =>
    Array.isArray(one) && one.length > 0 ? [one.map(text).join(', ')] : [],
  );
  return listed.join('; ') || 'all alerts';
}

/** Who takes whose shift, asked of the running Herald: overrides of a schedule that people make, swaps as well. */

import { parseDuration } from '../../resources/duration.ts';
import { CLIENT_OPTIONS, type Client, createClient, isRecord, records, text } from '../client.ts';
import { type Command, type ExitCode, type Input, UsageError } from '../command.ts';
import { resourceNamed } from '../named.ts';
import { type Print, table, time } from '../print.ts';

export const override: Command = {
  usage: [
    'override [list] SCHEDULE',
    'override add SCHEDULE --user NAME (--end TIME | --for DURATION) [--start TIME] [--comment TEXT]',
    'override add SCHEDULE --user NAME --start TIME --end TIME --return-start TIME --return-end TIME [--return-user NAME]',
    'override remove SCHEDULE ID',
  ],
  description:
    'Puts somebody on call for a time; it counts at once, and everywhere. Who takes turns in the schedule may take a shift, and hand over\ntheir own; an operator may do so for anybody. With --return-start and --return-end two swap: who is relieved takes that shift in return.\nSCHEDULE is a name, or TENANT/NAME; without a tenant it is that of `default`.',
  options: {
    user: { type: 'string', value: 'NAME', description: 'add: who takes the shift' },
    start: {
      type: 'string',
      value: 'TIME',
      description: 'add: from when on, such as 2026-12-24T18:00:00Z; default: now',
    },
    end: { type: 'string', value: 'TIME', description: 'add: until when, at most 90 days after the start' },
    for: { type: 'string', value: 'DURATION', description: 'add: for how long, as in 8h, instead of --end' },
    comment: { type: 'string', value: 'TEXT', description: 'add: why' },
    'return-start': { type: 'string', value: 'TIME', description: 'add: the shift in return, from when on' },
    'return-end': { type: 'string', value: 'TIME', description: 'add: the shift in return, until when' },
    'return-user': { type: 'string', value: 'NAME', description: 'add: who takes that; default: who is relieved' },
    json: { type: 'boolean', description: 'print what is answered as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 1, max: 3 },
  async run(input) {
    const [action, ...words] = actionOf(input.positionals);
    const [schedule, id, ...more] = words;
    if (schedule === undefined || more.length > 0 || (id === undefined) === (action === 'remove'))
      throw new UsageError('list SCHEDULE, add SCHEDULE, or remove SCHEDULE ID');
    const client = createClient(input);
    const path = pathOf(schedule);
    switch (action) {
      case 'list':
        return list(client, path, input);
      case 'add':
        return shown(await client.change(path, 'POST', bodyOf(input)), input);
      case 'remove': {
        const by = input.variables.USER || 'herald';
        return shown(await client.change(`${path}/${encodeURIComponent(id!)}`, 'DELETE', { by }), input);
      }
      default:
        return action satisfies never;
    }
  },
};

type Action = 'list' | 'add' | 'remove';

function actionOf(words: readonly string[]): [Action, ...string[]] {
  const [first, ...rest] = words;
  return first === 'list' || first === 'add' || first === 'remove' ? [first, ...rest] : ['list', ...words];
}

function pathOf(given: string): string {
  const { tenant, name } = resourceNamed(given);
  return `/v1/schedules/${encodeURIComponent(tenant)}/${encodeURIComponent(name)}/overrides`;
}

function bodyOf({ options, variables }: Input): object {
  const { user, start, comment } = options;
  if (typeof user !== 'string') throw new UsageError('add needs --user NAME');
  return {
    user: userNamed(user),
    ...(typeof start === 'string' ? { start } : {}),
    end: endOf(options),
    ...(typeof comment === 'string' ? { comment } : {}),
    ...returnOf(options),
    by: variables.USER || 'herald',
  };
}

function endOf({ start, end, for: lasts }: Input['options']): string {
  if ((typeof end === 'string') === (typeof lasts === 'string'))
    throw new UsageError('add needs --end TIME or --for DURATION');
  if (typeof lasts !== 'string') return String(end);
  const length = parseDuration(lasts);
  const from = typeof start === 'string' ? Date.parse(start) : Date.now();
  if (length === null) throw new UsageError(`--for ${lasts}: a duration such as 8h`);
  if (Number.isNaN(from)) throw new UsageError(`--start ${String(start)}: a time such as 2026-12-24T18:00:00Z`);
  return new Date(from + length).toISOString();
}

function returnOf(options: Input['options']): object {
  const { 'return-start': start, 'return-end': end, 'return-user': user } = options;
  if (start === undefined && end === undefined && user === undefined) return {};
  if (typeof start !== 'string' || typeof end !== 'string')
    throw new UsageError('a shift in return needs --return-start TIME and --return-end TIME');
  return { inReturn: { start, end, ...(typeof user === 'string' ? { user: userNamed(user) } : {}) } };
}

function userNamed(name: string): string {
  return name.startsWith('user/') ? name : `user/${name}`;
}

async function list(client: Client, path: string, { options, print }: Input): Promise<ExitCode> {
  const answer = await client.get(path);
  const overrides = records(isRecord(answer) ? answer.overrides : null);
  if (options.json === true) print.json(overrides);
  else if (overrides.length === 0) print.line('no overrides by people');
  else printTable(overrides, print);
  return 0;
}

function shown(answer: Record<string, unknown>, { options, print }: Input): ExitCode {
  if (options.json === true) print.json(answer);
  else if (records(answer.shifts).length === 0) print.line(`${text(answer.id)} is taken back before it began`);
  else printTable([answer], print);
  return 0;
}

function printTable(overrides: readonly Record<string, unknown>[], print: Print): void {
  const rows = overrides.flatMap((one) =>
    records(one.shifts).map((shift, i) => [
      i === 0 ? text(one.id) : '  in return',
      text(shift.user),
      time(text(shift.start)),
      time(text(shift.end)),
      text(shift.state),
      i === 0 ? text(one.by) : '',
      i === 0 ? text(one.comment) : '',
    ]),
  );
  for (const line of table(['id', 'on call', 'from', 'until', '', 'by', 'comment'], rows, print.style))
    print.line(line);
}

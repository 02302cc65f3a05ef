/** Who is on call, asked of the running Herald. */

import { CLIENT_OPTIONS, createClient, isRecord, records, text } from '../client.ts';
import { type Command, CommandFailed } from '../command.ts';
import { resourceNamed } from '../named.ts';
import { type Print, table, time } from '../print.ts';

export const onCall: Command = {
  usage: ['on-call [NAME]'],
  description:
    'Tells who is on call by each schedule, or by one: who it is and why, who comes next, and the gaps of the next 30 days.\n' +
    'NAME is a schedule, or TENANT/NAME; without a tenant it is that of `default`.',
  options: {
    at: { type: 'string', value: 'TIME', description: 'at another time, such as 2026-12-24T18:00:00Z' },
    json: { type: 'boolean', description: 'print the whole answer as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 1 },
  async run(input) {
    const {
      positionals: [name],
      options,
      print,
    } = input;
    const client = createClient(input);
    const at = typeof options.at === 'string' ? `?at=${encodeURIComponent(options.at)}` : '';
    const path = `/v1/schedules${name === undefined ? '' : `/${pathOf(name)}`}${at}`;
    const answer = await client.get(path);
    if (!isRecord(answer)) throw new CommandFailed(`${client.base}${path} is no schedule`);
    if (options.json === true) print.json(answer);
    else if (name === undefined) printAll(answer, print);
    else printOne(answer, print);
    return 0;
  },
};

function pathOf(name: string): string {
  const { tenant, name: schedule } = resourceNamed(name);
  return `${encodeURIComponent(tenant)}/${encodeURIComponent(schedule)}`;
}

const NOBODY = 'nobody';

function printAll(answer: Record<string, unknown>, print: Print): void {
  const rows = records(answer.schedules).map(({ tenant, name, onCall: who, gapSeconds }) => {
    const { user, until } = isRecord(who) ? who : {};
    const gap = Number(gapSeconds) === 0 ? '' : `${(Number(gapSeconds) / 3600).toFixed(1)} h in 30 days`;
    return [`${text(tenant)}/${text(name)}`, text(user) || NOBODY, text(until) === '' ? '' : time(text(until)), gap];
  });
  if (rows.length === 0) print.line('there are no schedules');
  else for (const line of table(['schedule', 'on call', 'until', 'gaps'], rows, print.style)) print.line(line);
}

const SHOWN = 10;

function printOne(answer: Record<string, unknown>, print: Print): void {
  const { style } = print;
  const who = isRecord(answer.onCall) ? answer.onCall : {};
  const name = text(who.user);
  print.line(name === '' ? style.red(NOBODY) : style.bold(name));
  print.line(style.dim(text(who.detail)));
  const shifts = records(answer.shifts).slice(0, SHOWN);
  const rows = shifts.map(({ start, end, user, because }) => [
    time(text(start)),
    time(text(end)),
    text(user) || NOBODY,
    text(because),
  ]);
  print.line('');
  for (const line of table(['from', 'until', 'on call', 'because'], rows, style)) print.line(line);
  const gaps = records(answer.gaps);
  print.line('');
  if (gaps.length === 0) print.line(style.green('no gaps in the next 30 days'));
  for (const { start, end } of gaps.slice(0, SHOWN))
    print.line(style.yellow(`gap from ${time(text(start))} until ${time(text(end))}`));
  if (gaps.length > SHOWN) print.line(style.yellow(`and ${gaps.length - SHOWN} more gaps`));
}

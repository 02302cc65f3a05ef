import { type Answer, CLIENT_OPTIONS, createClient, describeAnswer, isRecord, records, text } from '../client.ts';
import { type Command, CommandFailed } from '../command.ts';
import { outline } from '../outline.ts';
import { printable, type Style, table } from '../print.ts';
import { causeLines, channelLines } from './channel.ts';

export const status: Command = {
  usage: ['status'],
  description:
    'Asks the running Herald how it is, and what the rules of its Filters have done since the policy changed. Exit code 1 when it is not ready, or does not answer.',
  options: {
    json: {
      type: 'boolean',
      description: 'print {"ready", "reasons", "notes", "status", "rules", "channels", "causes"} as JSON',
    },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 0 },
  async run(input) {
    const { options, print } = input;
    const client = createClient(input);
    const readiness = await client.request('/readyz');
    const { status: said, reasons: why, notes: noted } = isRecord(readiness.body) ? readiness.body : {};
    // Something else may listen there, and be in the best of health.
    if (typeof said !== 'string') throw new CommandFailed(notHerald(client.base, readiness));
    const ready = readiness.status === 200 && said === 'ready';
    const reasons = Array.isArray(why) ? why.map(text) : [];
    const notes = Array.isArray(noted) ? noted.map(text) : [];
    const answer = await client.request('/v1/status');
    const details = answer.status === 200 ? answer.body : null;
    const counted = await client.request('/v1/rules');
    const rules = counted.status === 200 && isRecord(counted.body) ? counted.body.rules : null;
    const standing = await client.request('/v1/channels');
    const { channels = null, causes = null } = standing.status === 200 && isRecord(standing.body) ? standing.body : {};
    // Who is not known sees nothing of how it is: that is no success.
    const code = ready && answer.status !== 401 ? 0 : 1;
    if (options.json === true) {
      print.json({ ready, reasons, notes, status: details, rules, channels, causes });
      return code;
    }
    const { green, red, yellow } = print.style;
    print.line(
      `${client.base} is ${ready ? green('ready') : red(`not ready: ${reasons.join('; ') || `answers ${readiness.status}`}`)}`,
    );
    for (const note of notes) print.line(yellow(`but ${printable(note)}`));
    if (details === null) print.note(`/v1/status answers ${describeAnswer(answer)}`);
    else for (const line of outline(details, print.style)) print.line(line);
    for (const line of ruleLines(rules, print.style)) print.line(line);
    const declared = records(channels);
    if (declared.length > 0) print.line(print.style.bold('channels'));
    for (const line of causeLines(standing.body, print.style)) print.line(`  ${line}`);
    if (declared.length > 0) for (const line of channelLines(declared, print.style)) print.line(`  ${line}`);
    return code;
  },
};

function notHerald(base: string, answer: Answer): string {
  return `what answers at ${base} is no Herald; it says to /readyz: ${describeAnswer(answer)}`;
}

/** What never matched and what cannot be evaluated is there to be seen. */
function ruleLines(rules: unknown, style: Style): string[] {
  if (!Array.isArray(rules) || rules.length === 0) return [];
  const rows = rules.filter(isRecord).map((rule) => {
    const { matched, errors } = rule;
    const note = Number(errors) > 0 ? style.red('fails') : matched === 0 ? style.yellow('never matched') : '';
    const names = [rule.tenant, rule.filter, rule.rule, rule.action].map((cell) => printable(text(cell)));
    return [...names, text(matched), text(rule.notMatched), text(errors), note];
  });
  const header = ['TENANT', 'FILTER', 'RULE', 'ACTION', 'MATCHED', 'NOT MATCHED', 'ERRORS', ''];
  return [style.bold('rules'), ...table(header, rows, style).map((line) => `  ${line}`)];
}

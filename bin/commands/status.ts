import { CLIENT_OPTIONS, createClient, isRecord, text } from '../client.ts';
import type { Command } from '../command.ts';
import { outline } from '../outline.ts';

export const status: Command = {
  usage: ['status'],
  description: 'Asks the running Herald how it is. Exit code 1 when it is not ready, or does not answer.',
  options: {
    json: { type: 'boolean', description: 'print {"ready", "reasons", "status"} as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 0 },
  async run(input) {
    const { options, print } = input;
    const client = createClient(input);
    const readiness = await client.request('/readyz');
    const ready = readiness.status === 200;
    const reasons =
      isRecord(readiness.body) && Array.isArray(readiness.body.reasons) ? readiness.body.reasons.map(text) : [];
    const answer = await client.request('/v1/status');
    const details = answer.status === 200 ? answer.body : null;
    if (options.json === true) {
      print.json({ ready, reasons, status: details });
      return ready ? 0 : 1;
    }
    const { green, red } = print.style;
    print.line(
      `${client.base} is ${ready ? green('ready') : red(`not ready: ${reasons.join('; ') || `answers ${readiness.status}`}`)}`,
    );
    if (details === null) print.note(`/v1/status answers ${answer.status}`);
    else for (const line of outline(details, print.style)) print.line(line);
    return ready ? 0 : 1;
  },
};

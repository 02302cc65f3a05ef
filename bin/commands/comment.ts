/** What a person has to say about an alert, kept with it by the running Herald. */

import { CLIENT_OPTIONS, createClient, records, text } from '../client.ts';
import type { Command } from '../command.ts';
import { alertNamed } from '../named.ts';

export const comment: Command = {
  usage: ['comment TENANT/FINGERPRINT TEXT'],
  description:
    'Writes something about an alert, whatever its state: `herald explain` shows it, and so do its history and the public events.\n' +
    'Without a tenant it is that of `default`.',
  options: {
    by: { type: 'string', value: 'NAME', description: 'who says so; default: $USER, or whoever the API key is of' },
    json: { type: 'boolean', description: 'print what is answered as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 2, max: 2 },
  async run(input) {
    const {
      positionals: [identity = '', words = ''],
      options,
      variables,
      print,
    } = input;
    const { tenant, fingerprint } = alertNamed(identity);
    const path = `/v1/alerts/${encodeURIComponent(tenant)}/${fingerprint}/comment`;
    const by = typeof options.by === 'string' ? options.by : variables.USER || 'herald';
    const answer = await createClient(input).change(path, 'POST', { by, comment: words });
    if (options.json === true) print.json(answer);
    else for (const { code, detail } of records(answer.reasons)) print.line(`${text(code)}  ${text(detail)}`);
    return 0;
  },
};

/** API keys: made and shown once, listed, rotated, revoked. */

import { CLIENT_OPTIONS, type Client, createClient, isRecord, records, text } from '../client.ts';
import { type Command, type ExitCode, type Input, UsageError } from '../command.ts';
import { table, time } from '../print.ts';

export const apiKey: Command = {
  usage: [
    'api-key [list]',
    'api-key create NAME --role ROLE [--tenant TENANT] [--expires DURATION]',
    'api-key rotate NAME [--overlap DURATION]',
    'api-key revoke NAME',
  ],
  description:
    'Makes keys by which people, programs and sources show who they are. A key is printed once, on standard output alone, and kept nowhere.\nWith the first key of somebody who asks the API closes: that is one of an admin: api-key create root --role admin --tenant "*"',
  options: {
    role: {
      type: 'string',
      value: 'ROLE,...',
      description: 'create: viewer, responder, operator, admin, metrics or sender; several with commas',
    },
    tenant: {
      type: 'string',
      value: 'TENANT,...',
      description: 'create: in which tenants, "*" for all; default: default',
    },
    expires: {
      type: 'string',
      value: 'DURATION',
      description: 'create: for how long it is good, as in 90d; default: always',
    },
    overlap: {
      type: 'string',
      value: 'DURATION',
      description: 'rotate: how long the ones before stay good; default: 24h',
    },
    json: { type: 'boolean', description: 'print what is answered as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 2 },
  async run(input) {
    const [action = 'list', name] = input.positionals;
    const client = createClient(input);
    if (action === 'list' && name === undefined) return list(client, input);
    if (name === undefined) throw new UsageError('list, or create, rotate or revoke with a NAME');
    switch (action) {
      case 'create':
        return secret(await client.change('/v1/api-keys', 'POST', specOf(name, input)), input);
      case 'rotate': {
        const { overlap } = input.options;
        const path = `/v1/api-keys/${encodeURIComponent(name)}/rotate`;
        return secret(await client.change(path, 'POST', overlap === undefined ? {} : { overlap }), input);
      }
      case 'revoke': {
        const answer = await client.change(`/v1/api-keys/${encodeURIComponent(name)}`, 'DELETE');
        if (input.options.json === true) input.print.json(answer);
        else input.print.line(`${name} is revoked`);
        return 0;
      }
      default:
        throw new UsageError(`${JSON.stringify(action)}: list, create, rotate or revoke`);
    }
  },
};

function specOf(name: string, { options: { role, tenant, expires } }: Input): object {
  if (typeof role !== 'string')
    throw new UsageError('create needs --role: viewer, responder, operator, admin, metrics or sender');
  return {
    name,
    roles: role.split(','),
    ...(typeof tenant === 'string' ? { tenants: tenant.split(',') } : {}),
    ...(typeof expires === 'string' ? { expiresIn: expires } : {}),
  };
}

/** The key alone goes to standard output, so that it can be piped into a store of secrets. */
function secret(answer: Record<string, unknown>, { options, print }: Input): ExitCode {
  if (options.json === true) print.json(answer);
  else {
    print.note(`key ${text(answer.name)}: it is shown this once`);
    print.line(text(answer.secret));
  }
  return 0;
}

async function list(client: Client, { options, print }: Input): Promise<ExitCode> {
  const answer = await client.get('/v1/api-keys');
  const keys = records(isRecord(answer) ? answer.apiKeys : null);
  if (options.json === true) print.json(keys);
  else if (keys.length === 0) print.line('no API keys');
  else {
    const rows = keys.map((key) => [
      text(key.name),
      text(key.state),
      records(key.grants)
        .map(({ role, tenants }) => `${text(role)} in ${Array.isArray(tenants) ? tenants.map(text).join(', ') : ''}`)
        .join('; '),
      text(records(key.secrets).length),
      key.expiresAt === null ? 'never' : time(key.expiresAt as string),
      text(key.createdBy),
    ]);
    for (const line of table(['NAME', 'STATE', 'MAY', 'SECRETS', 'EXPIRES', 'BY'], rows, print.style)) print.line(line);
  }
  return 0;
}

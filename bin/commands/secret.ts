/** Secrets in the encrypted store. A value comes from standard input or a prompt, never from the command line, where others see it. */

import { CLIENT_OPTIONS, type Client, createClient, isRecord, records, text } from '../client.ts';
import { type Command, type ExitCode, type Input, UsageError } from '../command.ts';
import { table, time } from '../print.ts';
import { secretInput } from '../secret-input.ts';

export const secret: Command = {
  usage: ['secret [list]', 'secret set NAME', 'secret rotate', 'secret delete NAME'],
  description:
    'Keeps secrets encrypted, for resources that name them as { secret: NAME }. set takes the value from standard input, or asks for it.\nrotate encrypts all of them anew by the first key of HERALD_SECRET_KEY (new,old); then the old one is not needed any more.',
  options: {
    tenant: { type: 'string', value: 'TENANT', description: 'whose secret; default: default' },
    json: { type: 'boolean', description: 'print what is answered as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 2 },
  async run(input) {
    const [action = 'list', name] = input.positionals;
    const client = createClient(input);
    if (action === 'list' && name === undefined) return list(client, input);
    if (action === 'rotate' && name === undefined) return rotate(client, input);
    if (name === undefined || (action !== 'set' && action !== 'delete'))
      throw new UsageError(`${JSON.stringify(input.positionals.join(' '))}: list, set NAME, rotate or delete NAME`);
    const { tenant = 'default' } = input.options;
    const path = `/v1/secrets/${encodeURIComponent(String(tenant))}/${encodeURIComponent(name)}`;
    const body = action === 'set' ? { value: await secretInput(`value of ${name}: `) } : undefined;
    const answer = await client.change(path, action === 'set' ? 'PUT' : 'DELETE', body);
    if (input.options.json === true) input.print.json(answer);
    else input.print.line(outcome(action, answer));
    return 0;
  },
};

/** A new tenant's secrets come before its resources, and so may a mistyped tenant's. */
function outcome(action: 'set' | 'delete', { tenant, name, declared }: Record<string, unknown>): string {
  const what = `${text(tenant)}/${text(name)} is ${action === 'set' ? 'set' : 'deleted'}`;
  return declared === false ? `${what}; no resource is of tenant ${text(tenant)} yet` : what;
}

async function rotate(client: Client, { options, print }: Input): Promise<ExitCode> {
  const answer = await client.change('/v1/secrets/rotate', 'POST');
  const failed = records(answer.failed);
  if (options.json === true) print.json(answer);
  else {
    print.line(`${text(answer.resealed)} encrypted anew, ${text(answer.current)} were already`);
    for (const one of failed)
      print.line(`${text(one.tenant)}/${text(one.name)} could not be: no key of HERALD_SECRET_KEY opens it`);
  }
  return failed.length === 0 ? 0 : 1;
}

async function list(client: Client, { options, print }: Input): Promise<ExitCode> {
  const answer = await client.get('/v1/secrets');
  const secrets = records(isRecord(answer) ? answer.secrets : null);
  if (options.json === true) print.json(secrets);
  else if (secrets.length === 0) print.line('no secrets');
  else {
    const rows = secrets.map((one) => [
      text(one.tenant),
      text(one.name),
      one.readable === true ? (one.current === true ? '' : 'by an older key') : print.style.red('cannot be opened'),
      time(one.updatedAt as string),
      text(one.updatedBy),
    ]);
    for (const line of table(['TENANT', 'NAME', '', 'SET', 'BY'], rows, print.style)) print.line(line);
  }
  return 0;
}

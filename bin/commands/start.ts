import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseUrl } from '../client.ts';
import type { Command } from '../command.ts';
import { outliveOutput } from '../output.ts';
import type { Print } from '../print.ts';
import { mendable } from '../starting.ts';

export const start: Command = {
  usage: ['start'],
  description:
    'Runs every role in one process. Without NATS_URL it starts a nats-server of its own, with its data in HERALD_DATA.\n' +
    'SIGTERM and SIGINT stop it politely, and so does its terminal when it is closed. Without one, SIGHUP has it look at its resources again.',
  options: {},
  positionals: { min: 0, max: 0 },
  async run({ environment, print }) {
    outliveOutput(process.stdout);
    const { startAll } = await import('../../gateway/start.ts');
    const { listen } = environment;
    await mendable(
      startAll(environment, (port, access) =>
        welcome(baseUrl({ ...listen, port: port ?? listen.port }), access ?? '', print),
      ),
      environment,
    );
    return 0;
  },
};

function welcome(url: string, access: string, { line, style: { bold, dim } }: Print): void {
  const fromHere = (path: string) => {
    const whole = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    const short = relative(process.cwd(), whole);
    return short.startsWith('..') ? whole : short;
  };
  const command = fromHere('bin/herald');
  line(`${bold('Herald is ready')} at ${url}`);
  line(`  ${dim('first alert')}  ${command} send ${fromHere('examples/alertmanager-firing.json')}`);
  line(`  ${dim('how it is')}    ${command} status, and ${url}/readyz, /metrics, /openapi.json`);
  line(`  ${dim('who may ask')}  ${access}`);
  line(`  ${dim('stop')}         Ctrl-C`);
}

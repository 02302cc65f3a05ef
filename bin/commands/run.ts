import { suggest } from '../../resources/suggest.ts';
import { type Command, UsageError } from '../command.ts';
import { outliveOutput } from '../output.ts';
import { mendable } from '../starting.ts';

const ROLES = ['ingress', 'actors', 'archive'] as const;

export const run: Command = {
  usage: ROLES.map((role) => `run ${role}`),
  description:
    'Runs one role against the NATS of NATS_URL; several processes of a role share its work.\n' +
    '  ingress   takes alerts in over HTTP and answers the API\n' +
    '  actors    decides and delivers\n' +
    '  archive   keeps what can be queried',
  options: {},
  positionals: { min: 1, max: 1 },
  async run({ positionals: [name = ''], environment, print }) {
    if (name === 'console') throw new UsageError('the console comes with a later version');
    const role = ROLES.find((candidate) => candidate === name);
    if (!role) {
      const near = suggest(name, ROLES);
      throw new UsageError(
        `unknown role ${JSON.stringify(name)}${near === null ? `: one of ${ROLES.join(', ')}` : `; did you mean ${near}?`}`,
      );
    }
    if (environment.natsUrl === null) {
      throw new UsageError('set NATS_URL: roles that run apart meet in one NATS (herald start brings its own)');
    }
    outliveOutput(process.stdout);
    const { runRole } = await import('../../gateway/start.ts');
    await mendable(
      runRole(role, environment, (port) => print.line(`herald ${role} runs${port === null ? '' : ` on port ${port}`}`)),
      environment,
    );
    return 0;
  },
};

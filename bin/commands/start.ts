import type { Command } from '../command.ts';

export const start: Command = {
  usage: ['start'],
  description:
    'Runs every role in one process. Without NATS_URL it starts a nats-server of its own, with its data in HERALD_DATA.\n' +
    'SIGTERM and SIGINT stop it politely.',
  options: {},
  positionals: { min: 0, max: 0 },
  async run({ environment }) {
    const { startAll } = await import('../../gateway/start.ts');
    await startAll(environment);
    return 0;
  },
};

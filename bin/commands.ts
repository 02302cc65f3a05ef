/** Every command of `herald`, in the order of help. A command is loaded only when it is called: that keeps each quick. */

import type { Command } from './command.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'run every role in one process',
    load: async () => (await import('./commands/start.ts')).start,
  },
  {
    name: 'run',
    summary: 'run one role: ingress, actors or archive',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'check',
    summary: 'validate the resources and name every problem',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'send',
    summary: 'send alerts to the running Herald and tell what became of each',
    load: async () => (await import('./commands/send.ts')).send,
  },
  {
    name: 'dry-run',
    summary: 'tell what would become of alerts, without sending them',
    load: async () => (await import('./commands/dry-run.ts')).dryRun,
  },
  {
    name: 'preview',
    summary: 'show what a channel would send about alerts, without sending it',
    load: async () => (await import('./commands/preview.ts')).preview,
  },
  {
    name: 'status',
    summary: 'how the running Herald is',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'explain',
    summary: 'why someone was, or was not, told of an alert',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'comment',
    summary: 'write something about an alert, to be read with it',
    load: async () => (await import('./commands/comment.ts')).comment,
  },
  {
    name: 'on-call',
    summary: 'who is on call, and where nobody is',
    load: async () => (await import('./commands/on-call.ts')).onCall,
  },
  {
    name: 'override',
    summary: 'who takes whose shift: make, list and take back overrides and swaps',
    load: async () => (await import('./commands/override.ts')).override,
  },
  {
    name: 'subscription',
    summary: 'who hears of which alerts: subscribe, list, end',
    load: async () => (await import('./commands/subscription.ts')).subscription,
  },
  {
    name: 'dead-letters',
    summary: 'list and replay what could not be processed or delivered',
    load: async () => (await import('./commands/dead-letters.ts')).deadLetters,
  },
  {
    name: 'audit',
    summary: 'what people and strangers did, and whether its chain is whole',
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  {
    name: 'channel',
    summary: 'the channels and how each stands; a test send through one',
    load: async () => (await import('./commands/channel.ts')).channel,
  },
  {
    name: 'api-key',
    summary: 'keys of people, programs and sources: make, rotate, revoke',
    load: async () => (await import('./commands/api-key.ts')).apiKey,
  },
  {
    name: 'secret',
    summary: 'secrets in the encrypted store: set, list, rotate, delete',
    load: async () => (await import('./commands/secret.ts')).secret,
  },
  {
    name: 'classify',
    summary: 'what is known of namespaces, and by which rule',
    load: async () => (await import('./commands/classify.ts')).classify,
  },
  {
    name: 'backtest',
    summary: 'what a changed configuration would do to every namespace ever seen',
    load: async () => (await import('./commands/backtest.ts')).backtest,
  },
  {
    name: 'import',
    summary: 'the configuration of an Alertmanager as resources',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'bench',
    summary: 'measure this machine against the budgets',
    load: async () => (await import('./commands/bench.ts')).bench,
  },
];

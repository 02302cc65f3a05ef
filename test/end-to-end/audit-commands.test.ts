/**
 * Every command of bin/herald that changes something leaves who, what, when and what came of it in the audit chain. The commands are those of
 * its table, by the lines of their usage: one that is not named below fails here, and one that leaves nothing fails as well.
 */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { COMMANDS } from '../../bin/commands.ts';
import { type AuditedHerald, auditedHerald, type Expected } from './audited-herald.ts';
import { madeBy, override, SHIFT, SUBSCRIPTION, subscribe } from './audited-run-time.ts';

let herald: AuditedHerald;

before(async () => {
  herald = await auditedHerald();
});

const OF_ALERT = /^default\/[0-9a-f]{16}$/;

const replayed = { what: 'dead-letter.replay', subject: /.+/ };
const keyOf = (what: string, ...words: string[]) => ({ what: `api-key.${what}`, subject: /^cli$/, words });
const secretOf = (what: string, ...words: string[]) => ({ what: `secret.${what}`, subject: /^default\/cli$/, words });

interface CliAudited extends Omit<Expected, 'by'> {
  readonly words: readonly string[] | (() => Promise<readonly string[]>);
}

/** By the line of the usage. A text says why nothing is audited. */
const USAGES: Readonly<Record<string, CliAudited | string>> = {
  start: 'process.started',
  'run ingress': 'process.started',
  'run actors': 'process.started',
  'run archive': 'process.started',
  'check [DIR]': 'reads files',
  'send FILE|- [--source NAME] [--timeout SECONDS]': 'takes alerts in: each has its receipt',
  'dry-run FILE|- [--source NAME]': 'sends and keeps nothing',
  'preview [TENANT/]CHANNEL [FILE|-|TENANT/FINGERPRINT]': 'sends and keeps nothing',
  status: 'reads',
  'explain TENANT/FINGERPRINT [--recipient ADDRESS]': 'reads',
  'on-call [NAME]': 'reads',
  'comment TENANT/FINGERPRINT TEXT': {
    what: 'alert.comment',
    subject: OF_ALERT,
    words: async () => ['comment', `default/${herald.fingerprint}`, 'seen'],
  },
  'override [list] SCHEDULE': 'reads',
  'override add SCHEDULE --user NAME (--end TIME | --for DURATION) [--start TIME] [--comment TEXT]': {
    ...SHIFT,
    words: ['override', 'add', 'primary', '--user', 'alice', '--for', '2h'],
  },
  'override add SCHEDULE --user NAME --start TIME --end TIME --return-start TIME --return-end TIME [--return-user NAME]':
    'the same request as the line before',
  'override remove SCHEDULE ID': {
    ...SHIFT,
    what: 'shift.end',
    words: async () => ['override', 'remove', 'primary', await madeBy(override(herald))],
  },
  'subscription [list]': 'reads',
  'subscription add [MATCHER]...': {
    ...SUBSCRIPTION,
    words: ['subscription', 'add', 'service="c"', '--subscriber', 'user/alice'],
  },
  'subscription remove ID': {
    ...SUBSCRIPTION,
    what: 'subscription.end',
    words: async () => ['subscription', 'remove', await madeBy(subscribe(herald, 'd'))],
  },
  'dead-letters [list]': 'reads',
  'dead-letters replay ID': {
    ...replayed,
    words: async () => ['dead-letters', 'replay', await herald.idOf('dead-letters', 'open')],
  },
  'dead-letters replay --all': {
    ...replayed,
    words: async () => {
      await herald.idOf('dead-letters', 'open');
      return ['dead-letters', 'replay', '--all'];
    },
  },
  'dead-letters replay FILTERS': {
    ...replayed,
    words: async () => {
      await herald.idOf('dead-letters', 'open');
      return ['dead-letters', 'replay', '--tenant', 'default'];
    },
  },
  'audit [list]': 'reads',
  'audit verify': 'reads',
  'channel [list]': 'reads',
  'channel test NAME': {
    what: 'notification.test',
    subject: /^default\/console$/,
    words: ['channel', 'test', 'console'],
  },
  'channel resend DELIVERY': {
    what: 'notification.resent',
    subject: /^default\/console$/,
    words: async () => ['channel', 'resend', await herald.idOf('deliveries', 'delivered')],
  },
  'api-key [list]': 'reads',
  'api-key create NAME --role ROLE [--tenant TENANT] [--expires DURATION]': keyOf(
    'create',
    ...['api-key', 'create', 'cli', '--role', 'viewer'],
  ),
  'api-key rotate NAME [--overlap DURATION]': keyOf('rotate', 'api-key', 'rotate', 'cli'),
  'api-key revoke NAME': keyOf('revoke', 'api-key', 'revoke', 'cli'),
  'secret [list]': 'reads',
  'secret set NAME': secretOf('set', 'secret', 'set', 'cli'),
  'secret rotate': { what: 'secret.rotate', subject: /^1 secrets$/, words: ['secret', 'rotate'] },
  'secret delete NAME': secretOf('delete', 'secret', 'delete', 'cli'),
  'classify NAME…': 'reads files',
  'classify -': 'reads files',
  'backtest [DIR]': 'reads',
  'backtest [DIR] --names FILE|-': 'reads',
  'import ALERTMANAGER.YML|-': 'prints',
  bench: 'runs a Herald of its own',
  'bench NAME': 'runs a Herald of its own',
  'bench all': 'runs a Herald of its own',
};

test('[BR-SEC-015] every command of bin/herald that changes something leaves the same', async () => {
  const usages = await Promise.all(COMMANDS.map(async (one) => (await one.load()).usage));
  assert.deepEqual(usages.flat().sort(), Object.keys(USAGES).sort());
  for (const [usage, expected] of Object.entries(USAGES)) {
    if (typeof expected === 'string') continue;
    const { words } = expected;
    const run = async () => herald.cli(typeof words === 'function' ? await words() : words, 'hunter2');
    await herald.audits({ ...expected, by: 'root' }, usage, run);
  }
  assert.doesNotMatch(JSON.stringify(await herald.after(0)), /hunter2|herald_/, 'no secret stands in it');
});

/** What a command of `herald` is: its words, its options, what it does. */

import type { Environment } from '../gateway/environment.ts';
import type { Variables } from '../gateway/variables.ts';
import type { Print } from './print.ts';

/** 0 done, 1 failed, 2 bad usage. */
export type ExitCode = 0 | 1 | 2;

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** Of a string option, as help shows it: `--timeout SECONDS`. */
  readonly value?: string;
  readonly description: string;
}

export interface Input {
  readonly positionals: readonly string[];
  /** Options that were given, by name. */
  readonly options: Readonly<Record<string, string | true>>;
  readonly environment: Environment;
  readonly variables: Variables;
  readonly print: Print;
}

export interface Command {
  /** Lines like `send FILE|- [--source NAME]`, without `herald`. */
  readonly usage: readonly string[];
  /** What help says below the usage. */
  readonly description: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** How many words it takes besides options. */
  readonly positionals: { readonly min: number; readonly max: number };
  run(input: Input): Promise<ExitCode>;
}

/** The command line cannot be understood: exit code 2, and where help is. */
export class UsageError extends Error {
  readonly code = 'usage';
}

/** The command understood what to do and could not: exit code 1, shown without a stack. */
export class CommandFailed extends Error {
  readonly code = 'command.failed';
}

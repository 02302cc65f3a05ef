/** From the words of a command line to an exit code. */

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentInvalid, readEnvironment } from '../gateway/environment.ts';
import type { Variables } from '../gateway/variables.ts';
import { VERSION } from '../gateway/version.ts';
import { suggest } from '../resources/suggest.ts';
import { parseArguments } from './arguments.ts';
import { type Command, CommandFailed, type ExitCode, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { commandHelp, overview } from './help.ts';
import type { Print } from './print.ts';

const HOME = dirname(dirname(fileURLToPath(import.meta.url)));

export async function main(words: readonly string[], variables: Variables, print: Print): Promise<ExitCode> {
  const [name, ...rest] = words;
  try {
    if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
      print.line(overview(COMMANDS, print.style));
      return 0;
    }
    if (name === '--version') {
      print.line(`herald ${VERSION}`);
      return 0;
    }
    if (name === 'help') return await main([rest[0]!, '--help'], variables, print);
    return await runCommand(await findCommand(name), rest, variables, print);
  } catch (error) {
    return report(error, name, print);
  }
}

async function findCommand(name: string | undefined): Promise<Command> {
  if (name === undefined)
    throw new UsageError(`a command is missing: ${COMMANDS.map((command) => command.name).join(', ')}`);
  const entry = COMMANDS.find((command) => command.name === name);
  if (entry) return entry.load();
  const near = suggest(
    name,
    COMMANDS.map((command) => command.name),
  );
  throw new UsageError(`unknown command ${JSON.stringify(name)}${near === null ? '' : `; did you mean ${near}?`}`);
}

async function runCommand(
  command: Command,
  words: readonly string[],
  variables: Variables,
  print: Print,
): Promise<ExitCode> {
  const { positionals, options } = parseArguments(command, words);
  if (options.help === true) {
    print.line(commandHelp(command, print.style));
    return 0;
  }
  const config = typeof options.config === 'string' ? { HERALD_CONFIG: options.config } : {};
  const environment = readEnvironment({ ...variables, ...config }, process.cwd(), HOME);
  return command.run({ positionals, options, environment, variables, print });
}

function report(error: unknown, name: string | undefined, print: Print): ExitCode {
  if (error instanceof UsageError) {
    const known = COMMANDS.some((command) => command.name === name);
    print.note(`herald: ${error.message}\nherald ${known ? `${name} ` : ''}--help says more.`);
    return 2;
  }
  if (error instanceof EnvironmentInvalid) {
    print.note(`herald: the environment is not right:`);
    for (const { name: variable, value, allowed } of error.problems) print.note(`  ${variable}=${value}: ${allowed}`);
    return 2;
  }
  if (error instanceof CommandFailed) {
    print.note(`herald: ${error.message}`);
    return 1;
  }
  throw error;
}

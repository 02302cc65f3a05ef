/** The words after `herald <command>`, checked against what the command takes. */

import { parseArgs } from 'node:util';
import { suggest } from '../resources/suggest.ts';
import { type Command, type OptionSpec, UsageError } from './command.ts';

/** Every command takes these. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  config: { type: 'string', value: 'DIR', description: 'the folder with the resources, instead of HERALD_CONFIG' },
  help: { type: 'boolean', description: 'this text' },
};

export interface Arguments {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | true>>;
}

/** Throws UsageError. With --help, nothing but the options is checked. */
export function parseArguments(command: Command, words: readonly string[]): Arguments {
  const specs: Record<string, OptionSpec> = { ...command.options, ...COMMON_OPTIONS };
  // Not strict: its messages name neither a suggestion nor the value that is missing.
  const { tokens } = parseArgs({
    args: [...words],
    options: {
      ...Object.fromEntries(Object.entries(specs).map(([name, { type }]) => [name, { type }])),
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const options: Record<string, string | true> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind === 'option') options[token.name] = optionValue(specs, token.name, token.rawName, token.value);
  }
  if (options.help !== true) checkPositionals(command, positionals);
  return { positionals, options };
}

function optionValue(
  specs: Readonly<Record<string, OptionSpec>>,
  name: string,
  rawName: string,
  value: string | undefined,
): string | true {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (!spec) {
    const near = suggest(name, Object.keys(specs));
    throw new UsageError(`unknown option ${rawName}${near === null ? '' : `; did you mean --${near}?`}`);
  }
  if (spec.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value, not even ${JSON.stringify(value)}`);
    return true;
  }
  if (value === undefined || value === '')
    throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value ?? 'VALUE'}`);
  return value;
}

function checkPositionals({ positionals: { min, max }, usage }: Command, given: readonly string[]): void {
  const ways = usage.map((line) => `herald ${line}`).join(' | ');
  if (given.length < min) throw new UsageError(`something is missing: ${ways}`);
  if (given.length > max) throw new UsageError(`${JSON.stringify(given[max])} is one word too many: ${ways}`);
  // A shell's variable that is not set: the folder where it is called, for instance, is not what was meant.
  if (given.includes('')) throw new UsageError(`a word is empty: ${ways}`);
}

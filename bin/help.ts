/** The texts of --help. */

import { COMMON_OPTIONS } from './arguments.ts';
import type { Command, OptionSpec } from './command.ts';
import type { Style } from './print.ts';

export function overview(
  commands: readonly { readonly name: string; readonly summary: string }[],
  style: Style,
): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Takes alerts in, decides what each one means, and makes sure that the right people hear of it.',
    '',
    style.bold('Usage: herald COMMAND [OPTIONS]'),
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'herald COMMAND --help says more, herald --version which one this is. Exit codes: 0 done, 1 failed, 2 bad usage.',
    'Environment: HERALD_LISTEN, HERALD_DATA, HERALD_CONFIG, NATS_URL, HERALD_PARTITIONS, HERALD_INGEST_MAX_BYTES,',
    'HERALD_EXTERNAL_URL, HERALD_LOG.',
  ].join('\n');
}

export function commandHelp(command: Command, style: Style): string {
  return [
    ...command.usage.map((line, index) => style.bold(`${index === 0 ? 'Usage:' : '      '} herald ${line}`)),
    '',
    command.description,
    '',
    'Options:',
    ...optionLines({ ...command.options, ...COMMON_OPTIONS }),
  ].join('\n');
}

function optionLines(options: Readonly<Record<string, OptionSpec>>): string[] {
  const names = Object.entries(options).map(([name, { type, value }]) =>
    type === 'string' ? `--${name} ${value ?? 'VALUE'}` : `--${name}`,
  );
  const width = Math.max(...names.map((name) => name.length));
  return Object.values(options).map(({ description }, index) => `  ${names[index]!.padEnd(width)}  ${description}`);
}

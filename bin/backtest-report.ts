/** A back-test for people: the figures, then what would be lost, then what would change. */

import { ENVIRONMENTS } from '../alert/alert.ts';
import type { Backtest, EnvironmentChange } from '../rules/backtest.ts';
import { type Print, printable, table } from './print.ts';

const MOST_ROWS = 50;

export function printBacktest(result: Backtest, refused: boolean, print: Print): void {
  const { names, covered, byEnvironment, changes, losses, attributeChanges, violations, uncovered } = result;
  const { style } = print;
  const share = (part: number) => (names === 0 ? 'none' : `${part} (${((part / names) * 100).toFixed(1)} %)`);
  const figures = [
    ['names', String(names)],
    ['covered by a pattern or label', share(covered)],
    ...ENVIRONMENTS.map((name) => [`  ${name}`, share(byEnvironment[name])]),
    ['against the naming standard', share(violations)],
    ['environments that change', share(changes.length)],
    ['production that is lost', losses.length === 0 ? style.green('0') : style.red(share(losses.length))],
    ['attributes that change', String(attributeChanges.length)],
  ];
  for (const line of table(['', ''], figures, style).slice(1)) print.line(line);
  section('Production that would be lost', changeRows(losses), print);
  section('Other changes of environment', changeRows(changes.filter((one) => one.from !== 'production')), print);
  const attributeRows = attributeChanges.map(({ tenant, namespace, attribute, from, to }) =>
    [`${tenant}/${namespace}`, attribute, shown(from), shown(to), ''].map(printable),
  );
  section('Changes of attributes', attributeRows, print);
  section(
    'Left to the default',
    uncovered.map((name) => [printable(name), '', '', '', '']),
    print,
  );
  if (refused)
    print.note(
      `herald: refused: ${losses.length} production namespace${losses.length === 1 ? '' : 's'} would be handled as less; leavesProduction in the EnvironmentPolicy or --allow-production-loss overrides it`,
    );
}

function changeRows(changes: readonly EnvironmentChange[]): string[][] {
  return changes.map(({ tenant, namespace, from, to, because }) =>
    [`${tenant}/${namespace}`, '', from, to, because].map(printable),
  );
}

function section(title: string, rows: readonly (readonly string[])[], { line, style }: Print): void {
  if (rows.length === 0) return;
  line('');
  line(style.bold(title));
  for (const one of table(['NAMESPACE', 'ATTRIBUTE', 'FROM', 'TO', 'BECAUSE'], rows.slice(0, MOST_ROWS), style))
    line(`  ${one}`);
  if (rows.length > MOST_ROWS) line(style.dim(`  and ${rows.length - MOST_ROWS} more; --json has all`));
}

function shown(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

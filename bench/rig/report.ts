/** What a benchmark hands back, and how it is shown. */

import { type Style, table } from '../../bin/print.ts';
import { BUDGETS, type BudgetName, type Standing, standingOf } from './budget.ts';
import type { Machine } from './machine.ts';

export interface Row {
  readonly case: string;
  readonly throughput?: number;
  /** Of the throughput, as in `alerts/s`. */
  readonly unit?: string;
  /** Milliseconds. */
  readonly p50?: number;
  readonly p99?: number;
  /** Resident memory of the process that was measured, in MB, at the end of the load. */
  readonly rss?: number;
  /** CPU time of that process in microseconds for each unit of work: unlike throughput, no neighbour on the machine takes part in it. */
  readonly cpu?: number;
  readonly note?: string;
}

export interface Verdict {
  readonly budget: BudgetName;
  readonly measured: number;
  readonly standing: Standing;
}

export interface Report {
  readonly benchmark: string;
  readonly machine: Machine;
  readonly quick: boolean;
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
  /** What could not be measured here, and why. */
  readonly omitted: readonly string[];
}

export type Findings = Pick<Report, 'rows' | 'verdicts' | 'omitted'>;

export function against(budget: BudgetName, measured: number): Verdict {
  return { budget, measured, standing: standingOf(BUDGETS[budget], measured) };
}

export function render(report: Report, style: Style): string[] {
  const { machine } = report;
  return [
    style.bold(`${report.benchmark}${report.quick ? ' (quick: too short to be judged by)' : ''}`),
    style.dim(
      `${machine.cores} cores (${machine.cpu}), Node ${machine.node}, NATS ${machine.nats}, load before ${machine.loadBefore.toFixed(2)}`,
    ),
    '',
    ...table(
      ['CASE', 'THROUGHPUT', 'P50', 'P99', 'CPU', 'RSS', 'NOTE'],
      report.rows.map((row) => [
        row.case,
        row.throughput === undefined ? '' : `${amount(row.throughput)} ${row.unit ?? ''}`,
        milliseconds(row.p50),
        milliseconds(row.p99),
        row.cpu === undefined ? '' : `${amount(row.cpu)} µs`,
        row.rss === undefined ? '' : `${amount(row.rss)} MB`,
        row.note ?? '',
      ]),
      style,
    ),
    ...(report.verdicts.length === 0 ? [] : ['', ...verdictTable(report.verdicts, style)]),
    ...report.omitted.map((text) => style.yellow(`not measured: ${text}`)),
  ];
}

function verdictTable(verdicts: readonly Verdict[], style: Style): string[] {
  const rows = verdicts.map(({ budget, measured, standing }) => {
    const { what, ids, unit, must, aim } = BUDGETS[budget];
    const paint = standing === 'not met' ? style.red : style.green;
    return [paint(standing), `${amount(measured)} ${unit}`, amount(must), amount(aim), ids.join(' '), what];
  });
  return table(['STANDING', 'MEASURED', 'MUST', 'AIM', 'REQUIREMENT', 'BUDGET'], rows, style);
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${amount(value)} ms`;
}

/** Three significant digits below 100, whole numbers with separators above. */
function amount(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

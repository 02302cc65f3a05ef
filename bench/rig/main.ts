/** Runs one benchmark: `node bench/rig/main.ts NAME [--json] [--quick]`. `herald bench` does just that. */

import { parseArgs } from 'node:util';
import { createPrint } from '../../bin/print.ts';
import type { Benchmark } from './benchmark.ts';
import { describeMachine } from './machine.ts';
import { type Report, render } from './report.ts';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
// Ending by `exit` ends what was started, too.
process.on('SIGINT', () => process.exit(130)).on('SIGTERM', () => process.exit(143));
// Each nats-server of a run listens for the end of this process.
process.setMaxListeners(100);
const print = createPrint(process.stdout, process.stderr, process.env);
const benchmark = positionals[0] ?? '';
const machine = describeMachine();
const { default: run } = (await import(`../${benchmark}.ts`)) as { default: Benchmark };
const findings = await run({ quick: values.quick, note: (text) => print.note(print.style.dim(`… ${text}`)) });
const report: Report = { benchmark, machine, quick: values.quick, ...findings };
if (values.json) print.json(report);
else for (const line of render(report, print.style)) print.line(line);

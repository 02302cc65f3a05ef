import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Report } from '../../bench/rig/report.ts';
import '../support/leaks.ts';

const HERALD = fileURLToPath(new URL('../../bin/herald', import.meta.url));
const CASES = {
  actors: { rows: 6, budgets: ['resident-memory'] },
  audience: { rows: 2, budgets: ['audience-10k', 'audience-memory'] },
  classify: { rows: 7, budgets: ['classify-new', 'classify-known'] },
  correlate: { rows: 4, budgets: ['correlate'] },
  decide: { rows: 7, budgets: ['decision', 'policy-compile', 'policy-stall'] },
  edge: { rows: 6, budgets: ['edge-guards', 'edge-tls', 'edge-crowd', 'edge-large', 'edge-stall'] },
  email: { rows: 1, budgets: ['mails'] },
  ingest: { rows: 4, budgets: ['accept-against-bare', 'accept-batched', 'acknowledgement-p99'] },
  latency: { rows: 1, budgets: ['notified-p99'] },
  notifications: { rows: 1, budgets: ['notifications'] },
  overtaking: { rows: 3, budgets: ['critical-behind-bulk', 'beside-a-hang'] },
  pipeline: { rows: 1, budgets: ['decided'] },
  takeover: { rows: 1, budgets: ['takeover'] },
};

async function bench(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(HERALD, ['bench', ...words]);
  return stdout;
}

test('bench lists what there is to measure', async () => {
  assert.deepEqual((await bench()).trim().split('\n'), Object.keys(CASES));
});

suite('each of them', { concurrency: 2 }, () => {
  for (const [name, expected] of Object.entries(CASES)) {
    test(`[BR-MON-009] bench ${name} proves that its work happened, and judges the figures by their budgets`, async () => {
      const report = JSON.parse(await bench(name, '--quick', '--json')) as Report;
      assert.equal(report.benchmark, name);
      assert.ok(report.rows.length >= expected.rows, `${report.rows.length} rows`);
      for (const { throughput, rss } of report.rows) assert.ok((throughput ?? rss ?? 0) > 0);
      const judged = report.verdicts.map(({ budget }) => budget);
      assert.deepEqual(
        expected.budgets.filter((budget) => !judged.some((one) => one === budget)),
        [],
      );
      for (const { measured } of report.verdicts) assert.ok(Number.isFinite(measured));
      assert.ok(report.machine.cores > 0);
    });
  }
});

/** A real Prometheus in a process of its own, on a loopback port, that evaluates a rule each second and has Herald as its Alertmanager. */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../gateway/free-port.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';

export interface RunningPrometheus {
  readonly url: string;
  /** Replaces its alerting rules. */
  useRules(rules: string): Promise<void>;
}

/** Resolves once it is ready. `heraldUrl`: taken as an Alertmanager, API v2; `alerting`: of its configuration, where it says more than that. */
export async function startPrometheus(
  program: string,
  heraldUrl: string,
  rules: string,
  alerting = alertingOf(heraldUrl),
): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-prometheus-'));
  const rulesFile = join(folder, 'rules.yml');
  await writeFile(rulesFile, rules);
  await writeFile(join(folder, 'prometheus.yml'), GLOBAL + alerting);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const words = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
    // How often a firing alert is sent again, at most: a minute unless told otherwise.
    '--rules.alert.resend-delay=1s',
  ];
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  atEnd(async () => {
    child.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true });
  });
  const ready = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('Prometheus to be ready', ready, { timeoutMs: 60_000, seen: () => log });
  return {
    url,
    async useRules(changed) {
      await writeFile(rulesFile, changed);
      const answer = await fetch(`${url}/-/reload`, { method: 'POST' });
      if (!answer.ok) throw new Error(`Prometheus does not take the rules: ${await answer.text()}`);
    },
  };
}

const GLOBAL = `
global: { evaluation_interval: 1s, external_labels: { region: eu } }
rule_files: [rules.yml]
`;

function alertingOf(heraldUrl: string): string {
  const { host } = new URL(heraldUrl);
  return `alerting: { alertmanagers: [{ api_version: v2, static_configs: [{ targets: ['${host}'] }] }] }\n`;
}

/** Senders that are installed here, started with their files of the page. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAlertmanager } from '../alertmanager.ts';
import { findInstalled, runInstalled } from '../installed-program.ts';
import { startPrometheus } from '../prometheus.ts';
import type { Section } from '../senders-page.ts';
import { JSON_TYPE, post, type Reach, type Sender } from './reach.ts';

export interface RealSender {
  /** Of the page. */
  readonly source: string;
  readonly file: string;
  /** What is not installed here; null: nothing. */
  readonly missing: string | null;
  /** It checks its file before it sends. */
  readonly send: Sender;
}

const alertmanager = findInstalled('prometheus-alertmanager', 'alertmanager');
const amtool = findInstalled('amtool');
const prometheus = findInstalled('prometheus');
const promtool = findInstalled('promtool');
const lacks = (what: string, ...programs: readonly (string | null)[]) => (programs.includes(null) ? what : null);

export const REAL: readonly RealSender[] = [
  {
    source: 'alertmanager',
    file: 'alertmanager.yml',
    missing: lacks('prometheus-alertmanager', alertmanager, amtool),
    async send(reach, see, section) {
      const config = await checked(reach, section, 'alertmanager.yml', [amtool!, 'check-config']);
      const url = await startAlertmanager(alertmanager!, config);
      const labels = { alertname: 'FromAlertmanager', namespace: 'shop-prod' };
      const startsAt = new Date(Date.now() - 60_000).toISOString();
      await post(`${url}/api/v2/alerts`, JSON.stringify([{ labels, startsAt }]), JSON_TYPE, [200]);
      await see(labels);
    },
  },
  {
    source: 'prometheus',
    file: 'prometheus.yml',
    missing: lacks('prometheus', prometheus, promtool),
    async send(reach, see, section) {
      const alerting = await checked(reach, section, 'prometheus.yml', [promtool!, 'check', 'config']);
      const rule = '{ alert: FromPrometheus, expr: vector(1), labels: { severity: info } }';
      const rules = `groups: [{ name: page, rules: [${rule}] }]`;
      await startPrometheus(prometheus!, reach.url, rules, alerting);
      await see({ alertname: 'FromPrometheus', severity: 'info', region: 'eu' });
    },
  },
];

/** The file of the page, with Herald and the secrets where they are here, as its own tool takes it. */
async function checked(
  reach: Reach,
  section: Section,
  file: string,
  [tool, ...words]: readonly [string, ...string[]],
): Promise<string> {
  const config = section
    .block('yaml', file)
    .replaceAll('127.0.0.1:8080', new URL(reach.url).host)
    .replaceAll('secrets/', `${reach.folder}/secrets/`);
  const path = join(reach.folder, file);
  writeFileSync(path, config);
  const { code, out, err } = await runInstalled(tool, [...words, path]);
  assert.equal(code, 0, out + err);
  return config;
}

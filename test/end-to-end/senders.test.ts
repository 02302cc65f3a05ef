/**
 * docs/sources.md, carried out: one Herald with every Source of the page, and to each what its sender sends, by the settings, templates and
 * commands of the page. Only names that cannot exist here give way to those that do.
 */

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { SignJWT } from 'jose';
import { freePort } from '../../gateway/free-port.ts';
import { temporaryFolder } from '../support/herald.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';
import { startNameServer } from '../support/providers/dns.ts';
import { issuer } from '../support/providers/issuer.ts';
import { until } from '../support/until.ts';
import { consoleChannel, environments, route } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';
import { datadog, librenms, mainframe, zabbix } from './senders/mapped.ts';
import { alertmanager, batch, events, jobs, pagerduty, partner, prometheus, scripts } from './senders/plain.ts';
import { hook, type Labels, type Reach, type See, type Sender, type Shown } from './senders/reach.ts';
import { REAL } from './senders/real.ts';
import { deployments, github, grafana, slack } from './senders/signed.ts';
import { readSections } from './senders-page.ts';

const SENDERS: Readonly<Record<string, Sender>> = {
  ...{ alertmanager, prometheus, grafana, github, deployments, events, pagerduty, datadog, zabbix, librenms },
  ...{ mainframe, scripts, batch, partner, jobs, 'slack-command': slack },
};

const SECRETS = {
  AM_TOKEN: 'the-token-of-today',
  AM_TOKEN_BEFORE: 'the-token-of-yesterday',
  GRAFANA_SECRET: 'a secret of Grafana',
  GITHUB_SECRET: "It's a Secret to Everybody",
  SLACK_SIGNING_SECRET: '8f742231b10e8888abcd99yyyzzz85a5',
  DEPLOYMENTS_SECRET: `whsec_${Buffer.from('a secret of deployments').toString('base64')}`,
  PD_ROUTING_KEY: 'R0123456789ABCDEF0123456789ABCDE',
  DATADOG_TOKEN: 'datadog-token',
  ZABBIX_TOKEN: 'zabbix-token',
  LIBRENMS_TOKEN: 'librenms-token',
  MAINFRAME_PASSWORD: 'a pass:word',
  PARTNER_TOKEN: 'partner-token',
  PROMETHEUS_PASSWORD: 'the password of Prometheus',
};

const sections = readSections();
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const pem = (name: string) => readFileSync(fixture(name), 'utf8');
let herald: RunningHerald;
let reach: Reach;
let root = '';

before(async () => {
  const nats = await startNats({ maxFileStore: 4 * 1024 ** 3 });
  const connection = await connect({ servers: nats.url });
  atEnd(() => connection.close());
  const tokens = await issuer({ tls: { cert: pem('server.pem'), key: pem('server.key') } });
  const key = await tokens.addKey('k1');
  const names = await startNameServer();
  names.zones.set('hooks.partner.example', { a: ['10.3.0.7'] });
  const places = { 'https://issuer.example/': `${tokens.origin}/`, 'batch.internal': 'herald-channel' };
  const tlsPort = await freePort();
  const folder = temporaryFolder();
  for (const name of ['ca.pem', 'client.pem', 'client.key']) copyFileSync(fixture(name), join(folder, name));
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(join(folder, 'secrets/prometheus'), SECRETS.PROMETHEUS_PASSWORD);
  writeFileSync(join(folder, 'secrets/herald-token'), SECRETS.AM_TOKEN);
  herald = await runningHerald({
    config: {
      'sources.yaml': sourcesOfThePage(places),
      'rest.yaml': environments() + route({ receivers: ['console'] }) + consoleChannel(),
      'secrets/prometheus': SECRETS.PROMETHEUS_PASSWORD,
      'secrets/issuer-ca.pem': pem('ca.pem'),
    },
    env: {
      ...SECRETS,
      NATS_URL: nats.url,
      HERALD_INGEST_MAX_BYTES: String(16 * 1024 * 1024),
      HERALD_TRUSTED_PROXIES: '127.0.0.1',
      HERALD_DNS_SERVERS: names.address,
      HERALD_TLS_LISTEN: `127.0.0.1:${tlsPort}`,
      HERALD_TLS_CERT: fixture('server.pem'),
      HERALD_TLS_KEY: fixture('server.key'),
      HERALD_TLS_CLIENT_CA: fixture('client-ca.pem'),
    },
  });
  root = await keyBy('create', 'root', '--role', 'admin', '--tenant', '*');
  reach = {
    url: herald.url,
    tlsUrl: `https://127.0.0.1:${tlsPort}`,
    env: { ...SECRETS, HERALD_KEY: await keyBy('create', 'scripts', '--role', 'sender', '--api-key', root) },
    folder,
    token: () => tokenOf(key),
    async publish(subject, body) {
      await jetstream(connection).publish(subject, body);
    },
  };
});

function sourcesOfThePage(places: Labels): string {
  let yaml = sections.flatMap(({ sources }) => [...sources.values()]).join('---\n');
  for (const [there, here] of Object.entries(places)) {
    assert.ok(yaml.includes(there), `the page has no ${there} any more`);
    yaml = yaml.replaceAll(there, here);
  }
  return yaml;
}

async function keyBy(...words: string[]): Promise<string> {
  const { out, err } = await herald.command('api-key', ...words);
  assert.match(out, /^herald_/, err);
  return out.trim();
}

type SigningKey = Parameters<SignJWT['sign']>[0];

function tokenOf(key: SigningKey): Promise<string> {
  return new SignJWT({ sub: 'backup' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setIssuer('https://issuer.example')
    .setAudience('herald')
    .setExpirationTime('5m')
    .sign(key);
}

interface Row extends Shown {
  readonly source: string;
  readonly status: string;
}

async function shown(): Promise<Row[]> {
  const answer = await fetch(`${herald.url}/v1/alerts?limit=200`, { headers: { authorization: `Bearer ${root}` } });
  return ((await answer.json()) as { alerts: Row[] }).alerts;
}

/** `count`: how often it was asked to. */
function seeing(source: string): { see: See; count: () => number } {
  let seen = 0;
  const inOrder = (labels: Labels) => JSON.stringify(Object.entries(labels).sort());
  const see: See = async (labels, status = 'firing') => {
    seen += 1;
    const wanted = inOrder(labels);
    let last: Row[] = [];
    const find = async () => {
      last = (await shown()).filter((row) => row.source === source);
      return last.find((row) => inOrder(row.labels) === wanted && row.status === status);
    };
    const what = `an alert of ${source} with ${wanted}, ${status}`;
    return until(what, find, {
      everyMs: 50,
      seen: () => ({ last: last.map((row) => [row.status, row.labels]), log: herald.stderr().slice(-1000) }),
    });
  };
  return { see, count: () => seen };
}

test('[BR-WH-002] every section of docs/sources.md has a Source, and every Source a sender here', () => {
  const names = sections.flatMap(({ sources }) => [...sources.keys()]);
  assert.deepEqual(
    sections.filter(({ sources }) => sources.size === 0).map(({ title }) => title),
    [],
  );
  assert.deepEqual(names.toSorted(), Object.keys(SENDERS).toSorted());
});

for (const section of sections) {
  for (const name of section.sources.keys()) {
    test(`[BR-WH-002] [BR-WH-004] ${section.title}: what its sender sends to ${name} becomes an alert`, async () => {
      const { see, count } = seeing(name);
      await SENDERS[name]?.(reach, see, section);
      assert.ok(count() > 0, `nothing was sent to ${name}`);
    });
  }
}

test('[BR-WH-004] nobody else may send to any of them', async () => {
  const body =
    '{"labels":{"alertname":"Forged"},"routing_key":"guessed","event_action":"resolve","dedup_key":"disk/n1"}';
  for (const [i, name] of Object.keys(SENDERS).entries()) {
    // From an address each: one that fails again and again is answered later and later.
    const from = { 'x-forwarded-for': `10.2.0.${i}` };
    const headers = { 'content-type': 'application/json', authorization: 'Bearer guessed', ...from };
    const { status } = await fetch(hook(reach, name), { method: 'POST', headers, body });
    assert.ok([401, 403].includes(status), `${name}: ${status}`);
  }
  const names = (await shown()).map(({ labels }) => labels.alertname);
  assert.ok(!names.includes('Forged'), String(names));
});

for (const { source, file, missing, send } of REAL) {
  test(`[BR-INT-001] the ${file} of docs/sources.md is one that the real program takes, and sends by`, {
    skip: missing !== null && `it is not installed here: apt-get install ${missing}`,
  }, async () => {
    const section = sections.find(({ sources }) => sources.has(source));
    assert.ok(section !== undefined);
    const { see, count } = seeing(source);
    await send(reach, see, section);
    assert.equal(count(), 1);
  });
}

/** A Herald with something of everything that can be changed, and what its audit chain says. */

import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditRecord } from '../../access/audit-chain.ts';
import { callbackRoute } from '../../api/callbacks.ts';
import { operatorRoutes } from '../../api/routes.ts';
import { slackInteractionRoute } from '../../api/slack-interactions.ts';
import { freePort } from '../../gateway/free-port.ts';
import type { Route } from '../../ingress/route.ts';
import { ingressRoutes } from '../../ingress/routes.ts';
import { temporaryFolder } from '../support/herald.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, post } from './alerts.ts';
import { consoleChannel, environments, route, source, webhookChannel } from './resources.ts';
import { type Ended, type RunningHerald, runCommand, runningHerald } from './running-herald.ts';

const SECRET_KEY = Buffer.alloc(32, 's').toString('base64');
export const ROUTING_KEY = 'R0123456789ABCDEF0123456789ABCDE';
const GUARDED = `---
apiVersion: herald/v1
kind: Source
metadata: { name: pager }
spec: { format: pagerduty, auth: { type: routing-key, key: { env: PD_KEY } } }
---
apiVersion: herald/v1
kind: Channel
metadata: { name: slack }
spec: { type: slack, token: { env: SLACK_TOKEN }, channel: '#ops', signingSecret: { env: SLACK_TOKEN } }
---
apiVersion: herald/v1
kind: Channel
metadata: { name: duty }
spec:
  type: sms
  accountSid: AC00000000000000000000000000000000
  authToken: { env: SLACK_TOKEN }
  from: "+15005550006"
  to: ["+4915112345678"]
  statusCallback: https://herald.example/v1/callbacks/default/duty
---
apiVersion: herald/v1
kind: User
metadata: { name: alice }
spec: { contacts: [{ channel: channel/console, address: alice@example.org }] }
---
apiVersion: herald/v1
kind: Schedule
metadata: { name: primary }
spec:
  timeZone: Europe/Berlin
  layers: [{ name: first, users: [user/alice], start: '2026-01-05T09:00', rotation: { every: day } }]
`;
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

export interface Expected {
  readonly what: string;
  readonly subject: RegExp;
  readonly by: string;
}

export class AuditedHerald {
  readonly running: RunningHerald;
  /** An API key of an admin in all tenants, by the name of `root`. */
  readonly root: string;
  /** Folder of its certificate. */
  readonly tls: string;
  /** Of an alert that fires, was told on the console, and could not be told by `broken`. */
  readonly fingerprint: string;

  constructor(
    running: RunningHerald,
    of: { readonly root: string; readonly tls: string; readonly fingerprint: string },
  ) {
    this.running = running;
    this.root = of.root;
    this.tls = of.tls;
    this.fingerprint = of.fingerprint;
  }

  ask(method: string, path: string, body?: unknown, key = this.root): Promise<Response> {
    return asked(this.running, key, method, path, body);
  }

  cli(words: readonly string[], input = ''): Promise<Ended> {
    const { env, url } = this.running;
    return runCommand(words, { ...env, HERALD_LISTEN: new URL(url).host, HERALD_API_KEY: this.root }, input);
  }

  async json(path: string): Promise<Record<string, unknown>> {
    return (await (await this.ask('GET', path)).json()) as Record<string, unknown>;
  }

  /** A dead letter that can be replayed, or a delivery that can be resent: replayed ones die again. */
  idOf(list: 'dead-letters' | 'deliveries', state: string): Promise<string> {
    return until(`one of ${list} that is ${state}`, async () => {
      const found = Object.values(await this.json(`/v1/${list}?limit=200`)).find(Array.isArray) as Record<
        string,
        unknown
      >[];
      const one = found.find((each) => each.state === state);
      return (one?.id ?? one?.notificationId) as string | undefined;
    });
  }

  /** Records that are newer. */
  async after(position: number): Promise<AuditRecord[]> {
    return (await this.json(`/v1/audit?limit=500&after=${position}`)).records as AuditRecord[];
  }

  async denials(position: number): Promise<AuditRecord[]> {
    return (await this.after(position)).filter(({ event }) => event === 'access.denied');
  }

  async newest(): Promise<number> {
    return ((await this.json('/v1/audit?limit=1')).records as AuditRecord[])[0]?.position ?? 0;
  }

  /** That what `run` asks for leaves who, what, when, and what came of it. */
  async audits({ what, subject, by }: Expected, where: string, run: () => Promise<unknown>): Promise<void> {
    const from = await this.newest();
    const since = Date.now();
    await run();
    const found = await until(`${where} to be audited`, async () => {
      const records = (await this.after(from)).filter((one) => one.what === what);
      return records.some(({ event }) => event === 'command.answered') ? records : null;
    });
    const [before, answered] = ['command.asked', 'command.answered'].map((one) =>
      found.find(({ event }) => event === one),
    );
    for (const record of [before, answered]) {
      assert.ok(record !== undefined, where);
      assert.match(record.subject, subject, where);
      assert.equal(record.by, by, where);
      assert.ok(record.at >= since - 1000 && record.at <= Date.now() + 1000, where);
      assert.notEqual(record.process, '', where);
    }
    assert.match(answered!.detail, /^[2-5]\d\d( |$)/, `${where}: what came of it`);
  }
}

function asked(
  { url }: Pick<RunningHerald, 'url'>,
  key: string,
  ...[method, path, body]: [string, string, unknown?]
): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(key === '' ? {} : { authorization: `Bearer ${key}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export function useCertificate(folder: string, name: string): void {
  copyFileSync(fixture(`${name}.pem`), join(folder, 'tls.crt'));
  copyFileSync(fixture(`${name}.key`), join(folder, 'tls.key'));
}

export async function auditedHerald(): Promise<AuditedHerald> {
  const tls = temporaryFolder();
  const refusing = await startReceiver({ script: { kind: 'reply', status: 400, body: 'no' } });
  useCertificate(tls, 'server');
  const running = await runningHerald({
    config: {
      'herald.yaml':
        source('in', 'herald') +
        source('keyed', 'herald', 'auth: { type: api-key }') +
        environments() +
        route({ receivers: ['console', 'broken'] }) +
        consoleChannel() +
        webhookChannel(refusing.url, { name: 'broken' }) +
        GUARDED,
    },
    env: {
      PD_KEY: ROUTING_KEY,
      SLACK_TOKEN: 'xoxb-1-and-so-on',
      HERALD_SECRET_KEY: SECRET_KEY,
      HERALD_TLS_LISTEN: `127.0.0.1:${await freePort()}`,
      HERALD_TLS_CERT: join(tls, 'tls.crt'),
      HERALD_TLS_KEY: join(tls, 'tls.key'),
    },
  });
  const made = await running.command('api-key', 'create', 'root', '--role', 'admin,sender', '--tenant', '*');
  assert.equal(made.code, 0, made.err);
  const root = made.out.trim();
  const event = { routing_key: ROUTING_KEY, event_action: 'trigger', dedup_key: 'disk' };
  const payload = { summary: 'Disk is full', source: 'n1', severity: 'critical' };
  await post(`${running.url}/v2/enqueue`, { ...event, payload });
  await post(`${running.url}/v1/webhooks/in`, alertsOf({ alertname: 'Down', namespace: 'shop-prod' }));
  const fingerprint = await until('the alert', async () => {
    const answer = await asked(running, root, 'GET', '/v1/alerts?namespace=shop-prod');
    return ((await answer.json()) as { alerts: { fingerprint: string }[] }).alerts[0]?.fingerprint;
  });
  return new AuditedHerald(running, { root, tls, fingerprint });
}

/** That a Herald serves. */
export function everyRoute(): readonly Route[] {
  const unused = {} as never;
  const own = ingressRoutes(unused, { ready: () => ({ ok: true, reasons: [] }), metrics: async () => '' });
  const ports = { declared: {} } as never;
  return [...operatorRoutes(ports, '0'), ...own, callbackRoute(unused), slackInteractionRoute(unused)];
}

/** With the names of the API's description. */
export const namesOf = ({ method, path }: Route) =>
  [method].flat().map((one) => ({ method: one, pattern: path.replace(/:(\w+)/g, '{$1}') }));

/** Liveness, readiness and metrics; the first two also under the paths that probes ask of an Alertmanager. */

import { NOT_READY } from './access-log.ts';
import type { Reply, Route } from './route.ts';

export interface Readiness {
  readonly ok: boolean;
  /** What is not ready (disconnected, shutting down, ...); empty when ok. */
  readonly reasons: readonly string[];
  /** What is wrong, whether ready or not: something for people to look at, nothing for a load balancer. */
  readonly notes?: readonly string[];
}

export interface HealthPorts {
  ready(): Readiness;
  /** The Prometheus text format. */
  metrics(): Promise<string>;
}

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const TEXT_HEADERS = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const METRICS_HEADERS = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' };

export function healthRoutes(ports: HealthPorts): Route[] {
  return [
    { method: 'GET', path: '/healthz', access: 'everyone', headers: [], handle: () => json(200, { status: 'ok' }) },
    {
      method: 'GET',
      path: '/readyz',
      access: 'everyone',
      headers: [],
      handle() {
        const { ok, reasons, notes = [] } = ports.ready();
        const noted = notes.length === 0 ? {} : { notes };
        if (ok) return json(200, { status: 'ready', ...noted });
        return notReady(json(503, { status: 'not ready', reasons, ...noted }));
      },
    },
    { method: 'GET', path: '/-/healthy', access: 'everyone', headers: [], handle: () => text(200, 'OK') },
    {
      method: 'GET',
      path: '/-/ready',
      access: 'everyone',
      headers: [],
      handle() {
        const { ok, reasons } = ports.ready();
        return ok ? text(200, 'OK') : notReady(text(503, `not ready: ${reasons.join('; ')}`));
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      // Names of sources and tenants stand in it.
      access: { permission: 'metrics.read', within: 'deployment' },
      headers: [],
      handle: async () => ({ status: 200, headers: METRICS_HEADERS, body: await ports.metrics() }),
    },
  ];
}

function notReady(reply: Reply): Reply {
  return { ...reply, code: NOT_READY };
}

function json(status: number, body: object): Reply {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

function text(status: number, body: string): Reply {
  return { status, headers: TEXT_HEADERS, body };
}

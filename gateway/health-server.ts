/**
 * Health, readiness and metrics of this process on an address of their own: for roles that serve no other HTTP, and to keep
 * them off the address that senders reach.
 */

import { healthRoutes } from '../ingress/health.ts';
import { type HttpServer, ListenFailed, startHttpServer } from '../ingress/http.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { StartFailed } from './start-failed.ts';

export interface HealthServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly metrics: Pick<Metrics, 'http' | 'text'>;
  readonly log: Log;
  /** What keeps this process from its work; empty: it is ready. */
  notReady(): readonly string[];
  /** What is wrong all the same. */
  notes(): readonly string[];
}

/** Throws StartFailed when the address cannot be had. */
export async function startHealthServer(options: HealthServerOptions): Promise<HttpServer> {
  const { listen, metrics, log, notReady, notes } = options;
  const ready = () => {
    const reasons = notReady();
    return { ok: reasons.length === 0, reasons, notes: notes() };
  };
  try {
    return await startHttpServer({
      listen,
      shared: false,
      routes: healthRoutes({ ready, metrics: metrics.text }),
      log,
      metrics: metrics.http,
    });
  } catch (error) {
    if (error instanceof ListenFailed)
      throw new StartFailed(`HERALD_HEALTH_LISTEN: ${error.message}`, { cause: error });
    throw error;
  }
}

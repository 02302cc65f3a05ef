/**
 * A sender that behaves as Alertmanager does: a request that is not answered with 2xx is sent again until it is. Each
 * connection has groups of its own and one request under way, so the order in which the reports of an alert were accepted is
 * known. Which answers came is the ledger that the journals are judged by.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'undici';
import { fingerprint } from '../../alert/fingerprint.ts';

export const CHANNEL_NAME = 'ops';
export const CONCURRENCY = 8;

export interface TrafficPlan {
  readonly connections: number;
  readonly groupsPerConnection: number;
  readonly alertsPerGroup: number;
  /** Reports of each alert, one after the other; the last one ends it. */
  readonly rounds: number;
  /** Names of groups begin with it. */
  readonly name?: string;
}

/** One request: a report of every alert of one group. `round` counts the reports of a group. */
export interface Request {
  readonly group: string;
  readonly round: number;
  readonly keys: readonly string[];
  readonly body: string;
}

export interface Refusal {
  readonly status: number;
  readonly retryAfter: string | null;
}

export class Traffic {
  /** By receipt: the requests that were answered with 2xx. */
  readonly accepted = new Map<string, Request>();
  readonly refusals: Refusal[] = [];
  /** Requests that got no answer at all. */
  unanswered = 0;
  readonly requests: readonly (readonly Request[])[];
  #stopped = false;

  constructor(plan: TrafficPlan) {
    this.requests = Array.from({ length: plan.connections }, (_, connection) => requestsOf(plan, connection));
  }

  get total(): number {
    return this.requests.reduce((sum, list) => sum + list.length, 0);
  }

  /** Requests not yet begun are not sent any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when every request is accepted, or it was stopped. */
  async send(url: string): Promise<void> {
    await Promise.all(this.requests.map((list) => this.#sendInOrder(url, list)));
  }

  /** Each request once, whatever the answer. */
  async offer(url: string, until = () => false): Promise<void> {
    await Promise.all(
      this.requests.map(async (list) => {
        const client = new Client(url);
        for (const request of list) {
          if (until()) break;
          await this.#post(client, request);
        }
        await client.destroy();
      }),
    );
  }

  async #sendInOrder(url: string, list: readonly Request[]): Promise<void> {
    const client = new Client(url);
    for (const request of list) {
      if (this.#stopped) break;
      while (!(await this.#post(client, request)) && !this.#stopped) await pause(20);
    }
    await client.destroy();
  }

  async #post(client: Client, request: Request): Promise<boolean> {
    try {
      const { statusCode, headers, body } = await client.request({
        method: 'POST',
        path: '/v1/webhooks/faults',
        headers: { 'content-type': 'application/json' },
        body: request.body,
      });
      const text = await body.text();
      if (statusCode === 202) {
        this.accepted.set((JSON.parse(text) as { id: string }).id, request);
        return true;
      }
      this.refusals.push({ status: statusCode, retryAfter: String(headers['retry-after'] ?? '') || null });
    } catch {
      this.unanswered++;
    }
    return false;
  }
}

/** Round by round over all groups of the connection, so that the reports of one alert are spread over the whole run. */
function requestsOf(plan: TrafficPlan, connection: number): Request[] {
  const { groupsPerConnection, alertsPerGroup, rounds, name = 'g' } = plan;
  const groups = Array.from({ length: groupsPerConnection }, (_, i) => `${name}-${connection}-${i}`);
  const start = Date.now() - 60_000;
  return Array.from({ length: rounds }, (_, round) => groups.map((group) => aRequest(group, round, plan, start)))
    .flat()
    .map((request) => ({ ...request, keys: request.keys.slice(0, alertsPerGroup) }));
}

function aRequest(group: string, round: number, { alertsPerGroup, rounds }: TrafficPlan, start: number): Request {
  const labels = Array.from({ length: alertsPerGroup }, (_, i) => ({ alertname: group, instance: `host-${i}` }));
  const status = statusOf(group, round, rounds);
  const at = new Date(start + round * 1000).toISOString();
  const times = status === 'firing' ? { startsAt: at } : { startsAt: new Date(start).toISOString(), endsAt: at };
  const alerts = labels.map((set) => ({ status, labels: set, annotations: { round: String(round) }, ...times }));
  return {
    group,
    round,
    keys: labels.map((set) => `default/${fingerprint(set)}`),
    body: JSON.stringify({ alerts }),
  };
}

/** Half of the groups fire and end in turn, half fire on with changes; all end in the last round. One round only fires. */
export function statusOf(group: string, round: number, rounds: number): 'firing' | 'resolved' {
  if (rounds === 1) return 'firing';
  if (round === rounds - 1) return 'resolved';
  return alternates(group) && round % 2 === 1 ? 'resolved' : 'firing';
}

export function opensOf(group: string, rounds: number): number {
  return alternates(group) ? Math.ceil(rounds / 2) : 1;
}

function alternates(group: string): boolean {
  return Number(group.slice(group.lastIndexOf('-') + 1)) % 2 === 0;
}

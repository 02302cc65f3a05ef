/** The load generator's process: carries out one plan after the other. */

import { createHistogram } from 'node:perf_hooks';
import { RequestTemplate } from './bodies.ts';
import { answerWith } from './child.ts';
import { HttpConnection } from './http-connection.ts';
import type { LoadResult, LoadSpec } from './load.ts';
import { microseconds } from './monotonic.ts';

const TICK = 1;

class Load {
  readonly #spec: LoadSpec;
  readonly #template: RequestTemplate;
  readonly #latency = createHistogram({ lowest: 1, highest: 120_000_000, figures: 3 });
  readonly #refused: Record<number, number> = {};
  readonly #startedAt = microseconds();
  #measuredFrom = Number.POSITIVE_INFINITY;
  #measuredTo = Number.POSITIVE_INFINITY;
  #next: number;
  #sent = 0;
  #answered = 0;
  #accepted = 0;
  #requests = 0;
  #lastAnswer = 0;
  #cpuAtStart = process.cpuUsage();

  constructor(spec: LoadSpec) {
    this.#spec = spec;
    this.#template = new RequestTemplate(spec.body);
    this.#next = spec.first;
  }

  async run(connections: readonly HttpConnection[]): Promise<LoadResult> {
    const { plan } = this.#spec;
    const warmUp = plan.kind === 'count' ? 0 : plan.warmUp;
    this.#measuredFrom = this.#startedAt + warmUp * 1e6;
    if (plan.kind !== 'count') this.#measuredTo = this.#measuredFrom + plan.seconds * 1e6;
    const cpu = setTimeout(() => (this.#cpuAtStart = process.cpuUsage()), warmUp * 1000);
    await (plan.kind === 'open' ? this.#open(connections, plan.rate) : this.#closed(connections));
    clearTimeout(cpu);
    return this.#result();
  }

  async #closed(connections: readonly HttpConnection[]): Promise<void> {
    const { plan } = this.#spec;
    const wanted = plan.kind === 'count' ? plan.requests : Number.POSITIVE_INFINITY;
    await Promise.all(
      connections.map(
        (connection) =>
          new Promise<void>((resolve) => {
            const bytes = this.#template.copy();
            const sendNext = () => {
              const now = microseconds();
              // Where others keep the machine busy the time may be over before the first answer.
              const isOver = now >= this.#measuredTo && this.#requests > 0;
              if (this.#sent >= wanted || isOver) return resolve();
              this.#send(connection, bytes, now, sendNext);
            };
            sendNext();
          }),
      ),
    );
  }

  /** A request waits for a free connection when all are busy; that wait is part of its latency. */
  async #open(connections: readonly HttpConnection[], rate: number): Promise<void> {
    const free = connections.map((connection) => ({ connection, bytes: this.#template.copy() }));
    const last = Math.round(((this.#measuredTo - this.#startedAt) / 1e6) * rate);
    let issued = 0;
    await new Promise<void>((resolve) => {
      const issue = () => {
        // The first one is due at once.
        const due = Math.min(last, 1 + Math.floor(((microseconds() - this.#startedAt) / 1e6) * rate));
        while (issued < due && free.length > 0) {
          // In turns: a connection that rests for ten seconds is closed by the server.
          const taken = free.shift()!;
          const meantAt = this.#startedAt + Math.floor((issued++ / rate) * 1e6);
          this.#send(taken.connection, taken.bytes, meantAt, () => {
            free.push(taken);
            if (this.#answered === last) {
              clearInterval(timer);
              resolve();
            }
          });
        }
      };
      const timer = setInterval(issue, TICK);
    });
  }

  #send(connection: HttpConnection, bytes: Buffer, meantAt: number, done: () => void): void {
    this.#sent++;
    this.#template.stamp(bytes, this.#next, meantAt);
    this.#next += this.#template.alerts;
    connection.send(bytes, (status) => {
      this.#note(status, meantAt);
      if (status !== 0) done();
      else throw new Error('a connection broke under load');
    });
  }

  #note(status: number, meantAt: number): void {
    const now = microseconds();
    this.#lastAnswer = now;
    this.#answered++;
    if (status >= 200 && status < 300) this.#accepted += this.#template.alerts;
    else this.#refused[status] = (this.#refused[status] ?? 0) + 1;
    if (meantAt < this.#measuredFrom) return;
    this.#requests++;
    this.#latency.record(Math.max(1, now - meantAt));
  }

  #result(): LoadResult {
    const seconds = (this.#lastAnswer - this.#measuredFrom) / 1e6;
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    return {
      requests: this.#requests,
      alerts: this.#requests * this.#template.alerts,
      seconds,
      p50: this.#latency.percentile(50) / 1000,
      p99: this.#latency.percentile(99) / 1000,
      max: this.#latency.max / 1000,
      size: this.#template.size,
      accepted: this.#accepted,
      refused: this.#refused,
      startedAt: this.#startedAt,
      busy: (user + system) / 1e6 / seconds,
    };
  }
}

answerWith<LoadSpec, LoadResult>(async (spec) => {
  const opened = Array.from({ length: spec.connections }, () => HttpConnection.open(spec.port, spec.tls));
  const connections = await Promise.all(opened);
  const result = await new Load(spec).run(connections);
  for (const connection of connections) connection.close();
  return result;
});

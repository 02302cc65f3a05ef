/**
 * Writes the audit chain of this process: commands before they are carried out and what came of them, refusals, activations. A command
 * that cannot be written down is not carried out. The rest waits while NATS is out of reach; of refusals only as many as a flood may
 * take: the first of a kind at once, the others of a minute as one record with their count.
 *
 *   record   resolves once it is stored
 *   post     is stored in its turn, however long that takes
 */

import { type AuditEvent, auditRecord } from '../access/audit-chain.ts';
import { appendAudit } from '../bus/audit-log.ts';
import type { Bus } from '../bus/connection.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';

export interface AuditTrailOptions {
  /** null: nothing is written. */
  readonly key: Uint8Array | null;
  /** null until NATS was reached. */
  bus(): Bus | null;
  /** Host and process id. */
  readonly process: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Refusal {
  /** `auth.wrong`, `access.denied`, ... */
  readonly code: string;
  /** Of a source, or a path. */
  readonly subject: string;
  readonly address: string;
  /** A person, or a key that is known; null: nobody knows who, only from where. */
  readonly by: string | null;
  readonly detail?: string;
}

type Asked = Pick<AuditEvent, 'what' | 'subject' | 'by'> & { readonly detail?: string };

interface Outcome {
  readonly status: number;
  readonly reasons: readonly { readonly code: string }[];
}

/** NATS is out of reach: nothing can be written down. */
export class AuditUnavailable extends Error {
  readonly code = 'ingest.unavailable';
}

const WINDOW = 60_000;
const MOST_KINDS = 200;
const MOST_WAITING = 1000;
const TRY_AGAIN = 1000;

export class AuditTrail {
  readonly #waiting: AuditEvent[] = [];
  /** Refusals of a kind within its minute; `more` leaves the first one out. */
  readonly #kinds = new Map<string, { readonly event: AuditEvent; more: number }>();
  #lost = 0;
  /** One append at a time: those of this process must not race each other. */
  #last: Promise<unknown> = Promise.resolve();
  #draining: Promise<void> | null = null;
  #isClosed = false;
  readonly #options: AuditTrailOptions;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  /** `run` between the record that it is asked for and that of what came of it. Rejects as `run` does, or with AuditUnavailable. */
  command<Result extends Outcome>(of: Asked, run: () => Promise<Result>): Promise<Result> {
    return this.change(of, run, ({ status, reasons }) => [status, ...reasons.map(({ code }) => code)].join(' '));
  }

  /** The same of what is answered in other terms. `outcome`: in one line, a status first. */
  async change<Result>(of: Asked, run: () => Promise<Result>, outcome: (result: Result) => string): Promise<Result> {
    if (this.#options.key === null) return run();
    const event = { detail: '', ...of };
    await this.record({ ...event, event: 'command.asked' });
    const answered = (detail: string) => this.post({ ...event, event: 'command.answered', detail });
    try {
      const result = await run();
      answered(outcome(result));
      return result;
    } catch (error) {
      answered('unanswered');
      throw error;
    }
  }

  /** Rejects with an error of the code `ingest.unavailable` or `ingest.full`. */
  record(event: AuditEvent): Promise<void> {
    const { key, process, clock } = this.#options;
    if (key === null) return Promise.resolve();
    const at = clock.now();
    const append = async () => {
      const bus = this.#options.bus();
      if (bus === null) throw new AuditUnavailable('NATS has not been reached yet');
      // Stopping has no time to find out once more.
      if (this.#isClosed && !bus.connected()) throw new AuditUnavailable('the connection to NATS is lost');
      await appendAudit(bus, (previous) => auditRecord(key, previous, event, { at, process }));
    };
    const done = this.#last.then(append, append);
    this.#last = done.catch(() => undefined);
    return done;
  }

  post(event: AuditEvent): void {
    if (this.#options.key === null) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(event);
    void this.#drain();
  }

  refused({ code, subject, address, by, detail = '' }: Refusal): void {
    if (this.#options.key === null) return;
    let kind = JSON.stringify([code, subject, address, by]);
    const details = [detail, ...(by === null || address === '' ? [] : [`from ${address}`])];
    const said = details.filter((text) => text !== '').join(' ');
    let event: AuditEvent = { event: 'access.denied', what: code, subject, by: by ?? address, detail: said };
    if (!this.#kinds.has(kind) && this.#kinds.size >= MOST_KINDS) {
      kind = 'others';
      event = { ...event, what: 'others', subject: '', by: '', detail: 'of more kinds than are told apart' };
    }
    const known = this.#kinds.get(kind);
    if (known !== undefined) {
      known.more += 1;
      return;
    }
    this.#kinds.set(kind, { event, more: 0 });
    this.post(event);
    this.#options.clock.after(WINDOW, () => this.#endWindow(kind, event));
  }

  /** What waits is written, as far as NATS answers. */
  async close(): Promise<void> {
    for (const [kind, { event }] of [...this.#kinds]) this.#endWindow(kind, event);
    this.#isClosed = true;
    await this.#drain();
    await this.#last;
  }

  #endWindow(kind: string, event: AuditEvent): void {
    const more = this.#kinds.get(kind)?.more ?? 0;
    this.#kinds.delete(kind);
    if (more > 0) this.post({ ...event, detail: `${more} more within a minute` });
  }

  #drain(): Promise<void> {
    this.#draining ??= this.#writeAll().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  async #writeAll(): Promise<void> {
    for (let event = this.#waiting[0]; event !== undefined; event = this.#waiting[0]) {
      if (!(await this.#isStored(event))) return;
      this.#waiting.shift();
      if (this.#lost === 0) continue;
      const detail = `${this.#lost} records were not kept: too many waited for NATS`;
      this.#lost = 0;
      this.#waiting.push({ event: 'access.denied', what: 'audit.lost', subject: '', by: '', detail });
    }
  }

  async #isStored(event: AuditEvent): Promise<boolean> {
    const { clock, log } = this.#options;
    try {
      await this.record(event);
      return true;
    } catch (error) {
      if (this.#isClosed) {
        log.warn(
          { event: 'audit.unwritten', err: error, records: this.#waiting.length },
          'audit records were not written',
        );
        return false;
      }
      clock.after(TRY_AGAIN, () => void this.#drain());
      return false;
    }
  }
}

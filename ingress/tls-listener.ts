/**
 * The same routes over TLS on a port of their own. When the files change, a new listener with the new certificate takes the port over, and
 * connections that are open go on with the old one until they end. Files that do not fit together are said and left alone.
 *
 *   listening -> listening   the files changed and fit together: another app listens, then the one before stops to
 *   listening -> listening   they changed and do not: what is in force stays
 *   listening -> closed
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Authorities that client certificates are checked against; null: none is asked for. */
  readonly clientCa: string | null;
}

/** One app that listens; http.ts makes it. */
export interface ListeningApp {
  readonly port: number;
  /** No new connections. */
  stopListening(): void;
  /** Ends every connection. */
  close(): void;
}

export interface TlsListenerOptions {
  readonly files: TlsFiles;
  readonly clock: Clock;
  readonly log: Log;
  /** `port` null: the one that was configured. Rejects when it cannot be had. */
  open(files: TlsFiles, port: number | null): Promise<ListeningApp>;
  /** The files changed. */
  changed(change: TlsChange): void;
}

export interface TlsChange {
  readonly event: 'tls.reloaded' | 'tls.refused';
  /** Path of the certificate. */
  readonly cert: string;
  /** What is in force since, or why not. */
  readonly detail: string;
}

export class TlsFilesWrong extends Error {
  readonly code = 'tls.files-wrong';
}

/** Files are looked at so often: a watch would miss how some of them are replaced. Milliseconds. */
const LOOK_EVERY = 5000;

export class TlsListener {
  readonly port: number;
  #current: ListeningApp;
  #digest: string;
  /** They listen no more, and may have connections. */
  readonly #before: ListeningApp[] = [];
  #cancel: () => void = () => {};
  #isClosed = false;
  /** Why the files that stand there now are not in force; '': they are. */
  #refusal = '';
  readonly #options: TlsListenerOptions;

  private constructor(options: TlsListenerOptions, app: ListeningApp, digest: string) {
    this.#options = options;
    this.#current = app;
    this.#digest = digest;
    this.port = app.port;
    this.#watch();
  }

  /** Rejects with TlsFilesWrong, or as `open` does. */
  static async start(options: TlsListenerOptions): Promise<TlsListener> {
    const digest = digestOf(options.files);
    return new TlsListener(options, await options.open(options.files, null), digest);
  }

  stopListening(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#current.stopListening();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    for (const app of [this.#current, ...this.#before]) app.close();
  }

  #watch(): void {
    this.#cancel = this.#options.clock.after(LOOK_EVERY, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { files, log, open, changed } = this.#options;
    try {
      const digest = digestOf(files);
      this.#refusal = '';
      if (digest !== this.#digest) {
        this.#digest = digest;
        const app = await open(files, this.port);
        if (this.#isClosed) {
          app.stopListening();
          app.close();
          return;
        }
        this.#current.stopListening();
        this.#before.push(this.#current);
        this.#current = app;
        log.info({ event: 'tls.reloaded', cert: files.cert }, 'another certificate is in force');
        changed({ event: 'tls.reloaded', cert: files.cert, detail: `digest of the files ${digest.slice(0, 16)}` });
      }
    } catch (error) {
      this.#refuse(error);
    }
    if (!this.#isClosed) this.#watch();
  }

  /** Said once for each fault, however often the files are looked at. */
  #refuse(error: unknown): void {
    const { files, log, changed } = this.#options;
    const detail = error instanceof Error ? error.message : String(error);
    if (detail === this.#refusal) return;
    this.#refusal = detail;
    log.error({ event: 'tls.refused', error }, 'the changed certificate is not right; what was in force stays');
    changed({ event: 'tls.refused', cert: files.cert, detail });
  }
}

/** Of what they hold. Throws TlsFilesWrong where they do not fit together. */
function digestOf({ cert, key, clientCa }: TlsFiles): string {
  try {
    const contents = [cert, key, ...(clientCa === null ? [] : [clientCa])].map((file) => readFileSync(file));
    const [certificate, secret, ca] = contents;
    createSecureContext({ cert: certificate!, key: secret!, ...(ca !== undefined && { ca }) });
    const hash = createHash('sha256');
    for (const content of contents) hash.update(content).update('\0');
    return hash.digest('hex');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TlsFilesWrong(`${cert} and ${key} cannot be used for TLS: ${why}`, { cause });
  }
}

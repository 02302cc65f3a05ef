/** One request on its way into the partitions: settled by its last alert that is stored, or by the first that is not. */

export type CommitOutcome =
  | { readonly code: 'stored' }
  /** The stream is full, out of reach, or too much waits for it already. Nothing is promised; the sender tries again. */
  | { readonly code: 'ingest.full' | 'ingest.unavailable' | 'ingest.busy' }
  /** This alert fits no frame. Nothing was stored. */
  | { readonly code: 'alert.too-large'; readonly index: number; readonly limit: number };

export class Submission {
  readonly outcome: Promise<CommitOutcome>;
  /** So many that others must not wait for all of them. */
  readonly isBulk: boolean;
  hasFailed = false;
  #left: number;
  #settle: (outcome: CommitOutcome) => void = () => {};

  constructor(alerts: number, isBulk: boolean) {
    this.isBulk = isBulk;
    this.#left = alerts;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  stored(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#settle(STORED);
  }

  failed(outcome: CommitOutcome): void {
    this.hasFailed = true;
    this.#settle(outcome);
  }
}

const STORED: CommitOutcome = { code: 'stored' };

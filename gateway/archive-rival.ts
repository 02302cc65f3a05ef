/**
 * Two archives on files of their own, with one NATS: the lock of a data folder sees nothing of that. Each writes down how far it is,
 * and journals are purged behind that, also those that the other has yet to read (docs/decisions/20-one-archive.md). So each leaves
 * its name beside that, and finds the other's.
 */

import { hostname } from 'node:os';
import type { Log } from '../telemetry/log.ts';

export interface ArchiveRecords {
  get(key: string): Promise<{ string(): string } | null>;
  put(key: string, value: string): Promise<number>;
}

interface ArchiveRecord {
  /** Of the process. */
  readonly id: string;
  readonly host: string;
  readonly file: string;
}

const KEY = 'archive';

export class ArchiveRival {
  readonly #records: ArchiveRecords;
  readonly #own: ArchiveRecord;
  readonly #log: Log;
  #hasSigned = false;
  #rival: string | null = null;

  /** `id`: unlike that of any other process, also of one that had this file before. */
  constructor(records: ArchiveRecords, id: string, file: string, log: Log) {
    this.#records = records;
    this.#own = { id, host: hostname(), file };
    this.#log = log;
  }

  /** What is wrong, for people; null: no other has signed since this one did. */
  problem(): string | null {
    return this.#rival;
  }

  /** To be called every few seconds. Whoever signed before this one first did may be gone. */
  async sign(): Promise<void> {
    const last = await this.#records.get(KEY);
    if (this.#hasSigned) this.#judge(last === null ? this.#own : (JSON.parse(last.string()) as ArchiveRecord));
    await this.#records.put(KEY, JSON.stringify(this.#own));
    this.#hasSigned = true;
  }

  #judge({ id, host, file }: ArchiveRecord): void {
    const before = this.#rival;
    this.#rival =
      id === this.#own.id
        ? null
        : `another archive runs, on ${host} with ${file}: stop one of them, or both lose events`;
    if (this.#rival !== null && before === null)
      this.#log.error({ event: 'archive.rival', host, file, own: this.#own.file }, this.#rival);
    else if (this.#rival === null && before !== null)
      this.#log.info({ event: 'archive.alone' }, 'the other archive is gone');
  }
}

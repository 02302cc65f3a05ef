/**
 * Resources are applied at run time. States of a watch:
 *
 *   idle ──event──▶ waiting ──debounce──▶ loading ──▶ idle, or waiting again when something changed meanwhile
 *
 * A good set is handed on; of a bad one only its problems are, and what is in force stays. Equal content is handed on once.
 */

import { basename, dirname, resolve } from 'node:path';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { ResourceSet } from './compile.ts';
import { type LoadOptions, type LoadResult, loadResources } from './load.ts';
import type { ProblemList } from './problem.ts';
import { type DirectoryWatch, watchDirectories } from './watch-directories.ts';

export interface WatchOptions extends LoadOptions {
  readonly clock: Clock;
  readonly log: Log;
  onLoaded(set: ResourceSet): void;
  onRefused(problems: ProblemList): void;
}

/** Milliseconds: a change comes as a burst of events, and as several files. */
export const DEBOUNCE = 250;
/** Only while a directory cannot be watched: it does not exist, or the system's limit of watches is reached. */
export const LOOK_AGAIN = 10_000;

export class ResourceWatch {
  readonly #dir: string;
  readonly #options: WatchOptions;
  readonly #directories: DirectoryWatch;
  #fingerprint: string;
  #state: 'idle' | 'waiting' | 'loading' | 'closed' = 'idle';
  #changedMeanwhile = false;
  /** Nothing of the directory above is looked at but the entry of the directory itself. */
  #onlyRootAbove = true;
  #loading: Promise<void> = Promise.resolve();
  #cancelDebounce = () => {};
  #cancelLookAgain = () => {};
  #reported = '';

  /** `first`: what is in force. Looks again soon, for what changed between that load and now. */
  constructor(dir: string, first: LoadResult, options: WatchOptions) {
    this.#dir = dir;
    this.#options = options;
    this.#fingerprint = first.fingerprint;
    this.#directories = watchDirectories((directory, name) => this.#onEvent(directory, name));
    this.#rearm(first.directories);
    this.#changed();
  }

  /** Waits for a load under way; nothing is handed on after it. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#cancelDebounce();
    this.#cancelLookAgain();
    this.#directories.close();
    await this.#loading;
  }

  /** Somebody else has loaded it, and took what was found. */
  took(result: LoadResult): void {
    this.#fingerprint = result.fingerprint;
    this.#rearm(result.directories);
  }

  #onEvent(directory: string, name: string | null): void {
    const root = resolve(this.#dir);
    const isAbove = this.#onlyRootAbove && directory === dirname(root);
    if (isAbove && name !== null && name !== basename(root)) return;
    this.#changed();
  }

  /** Something that resources refer to has changed elsewhere. */
  look(): void {
    this.#changed();
  }

  #changed(): void {
    if (this.#state === 'loading') this.#changedMeanwhile = true;
    else if (this.#state === 'idle') this.#wait();
  }

  /** Not put off by further events: a directory that never rests would otherwise never be loaded. */
  #wait(): void {
    this.#state = 'waiting';
    this.#cancelDebounce = this.#options.clock.after(DEBOUNCE, () => {
      this.#state = 'loading';
      this.#loading = this.#load();
    });
  }

  async #load(): Promise<void> {
    this.#changedMeanwhile = false;
    try {
      const result = await loadResources(this.#dir, this.#options);
      if (this.#isClosed()) return;
      this.#rearm(result.directories);
      this.#handOn(result);
    } catch (error) {
      this.#options.log.error(
        { event: 'resources.reload-failed', dir: this.#dir, error },
        'the resources could not be read again',
      );
    }
    if (this.#isClosed()) return;
    if (this.#changedMeanwhile) this.#wait();
    else this.#state = 'idle';
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #handOn(result: LoadResult): void {
    if (result.fingerprint === this.#fingerprint) return;
    this.#fingerprint = result.fingerprint;
    if (result.ok) this.#options.onLoaded(result.set);
    else this.#options.onRefused({ problems: result.problems, omitted: result.omitted });
  }

  #rearm(directories: readonly string[]): void {
    const root = resolve(this.#dir);
    // It may hold logs or data. Where resources refer to something in it, it is watched as every other is.
    this.#onlyRootAbove = !directories.includes(dirname(root));
    const { added, unwatched } = this.#directories.set([...directories, root, dirname(root)]);
    if (added.length > 0) this.#changed();
    this.#cancelLookAgain();
    if (unwatched.length > 0) this.#cancelLookAgain = this.#options.clock.after(LOOK_AGAIN, () => this.#changed());
    if (unwatched.length > 0 && unwatched.join() !== this.#reported) {
      this.#options.log.warn(
        { event: 'resources.unwatched', directories: unwatched },
        'changes of these directories are not seen by themselves',
      );
    }
    this.#reported = unwatched.join();
  }
}

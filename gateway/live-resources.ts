/**
 * The resources in force: loaded at the start, replaced at run time by every good change, never by a bad one.
 *
 *   a change ──has mistakes──▶ refused
 *      └─is well formed──▶ judged ──would lose production──▶ refused
 *                            │ └──the archive cannot be asked──▶ waiting, judged again; what was in force stays
 *                            └──fine──▶ in force
 *
 * A newer change takes the place of one that is judged or waits. Until the store of secrets is open, a start goes on with what it
 * could load without it (`untold`).
 */

import type { Query } from '../archive/ask.ts';
import { judgeChannel } from '../channels/judge.ts';
import { addressFault, channelSchemas, channelTexts } from '../channels/registry.ts';
import type { SenderContext } from '../channels/sender.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { type LoadOptions, type LoadResult, loadResources } from '../resources/load.ts';
import { formatProblems } from '../resources/problem.ts';
import { ResourceWatch } from '../resources/watch.ts';
import { describeLosses, HOW_TO_ALLOW, judgeChange } from './production-guard.ts';
import { StartFailed } from './start-failed.ts';

export interface LiveResources {
  current(): ResourceSet;
  /** Problems of the last change, when it was refused or waits; empty when what is declared is in force. */
  refused(): string;
  /** What the first load took out of production, as the archive saw it last; empty: nothing that is known. */
  lost(): string;
  onChange(listener: (set: ResourceSet) => void): void;
  onRefused(listener: (refusal: RefusedChange) => void): void;
  /** A secret has changed that they may refer to. */
  look(): void;
  /** The store of secrets is open: what was loaded without it is loaded again, as a start does. Rejects with StartFailed. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** A change that is not in force. */
export interface RefusedChange {
  readonly code: 'resources.mistakes' | 'resources.production-loss';
  /** Of the set; null: it is none, for it has mistakes. */
  readonly hash: string | null;
  /** For people. */
  readonly why: string;
}

/** Milliseconds until the archive is asked again. */
export const ASK_AGAIN = 5000;

/** `query`: of the archive; `stored`: of the store of secrets. Throws StartFailed with every problem when the first load is not good. */
export async function openResources(
  folder: string,
  context: SenderContext,
  query: Query,
  stored?: NonNullable<LoadOptions['stored']>,
): Promise<LiveResources> {
  let isSettled = false;
  const options: LoadOptions = {
    ...(stored === undefined ? {} : { stored }),
    channelTypes: channelSchemas,
    texts: channelTexts,
    checkChannel: judgeChannel(context),
    addressFault,
  };
  const first = await goodResources(folder, options);
  const activation = new Activation(first.set, context, query);
  const watch = new ResourceWatch(folder, first, {
    ...options,
    clock: context.clock,
    log: context.log,
    // Loaded while the store was opened: once more.
    onLoaded: (set) => (isSettled && set.untold ? watch.look() : activation.propose(set)),
    onRefused({ problems, omitted }) {
      activation.refuse(formatProblems(problems, omitted).trimEnd());
      context.log.error(
        { event: 'resources.refused', problems },
        'the changed resources are not right; what was in force stays',
      );
    },
  });
  return {
    current: () => activation.current,
    refused: () => activation.refused,
    lost: () => activation.lost,
    onChange: (listener) => void activation.listeners.push(listener),
    onRefused: (listener) => void activation.refusals.push(listener),
    look: () => watch.look(),
    async settle() {
      const whole = await goodResources(folder, options);
      isSettled = true;
      watch.took(whole);
      activation.startOver(whole.set);
    },
    async close() {
      activation.close();
      await watch.close();
    },
  };
}

async function goodResources(folder: string, options: LoadOptions): Promise<LoadResult & { readonly ok: true }> {
  const result = await loadResources(folder, options);
  if (result.ok) return result;
  const problems = formatProblems(result.problems, result.omitted).trimEnd();
  throw new StartFailed(`the resources are not right:\n${problems}`);
}

/** Puts sets in force that are well formed, one at a time. */
class Activation {
  current: ResourceSet;
  refused = '';
  lost = '';
  readonly listeners: ((set: ResourceSet) => void)[] = [];
  readonly refusals: ((refusal: RefusedChange) => void)[] = [];
  readonly #context: Pick<SenderContext, 'clock' | 'log'>;
  readonly #query: Query;
  #proposal = 0;
  #cancel = () => {};
  #cancelStart = () => {};
  #isClosed = false;

  constructor(first: ResourceSet, context: Pick<SenderContext, 'clock' | 'log'>, query: Query) {
    this.current = first;
    this.#context = context;
    this.#query = query;
    void this.#judgeStart(first);
  }

  propose(set: ResourceSet): void {
    this.#supersede();
    void this.#judge(set, this.#proposal);
  }

  /** What a start finds, once all of it is known. */
  startOver(set: ResourceSet): void {
    this.#supersede();
    this.#cancelStart();
    this.#apply(set);
    void this.#judgeStart(set);
  }

  /** `why`: for people. */
  refuse(why: string): void {
    this.#supersede();
    this.#refuse({ code: 'resources.mistakes', hash: null, why });
  }

  close(): void {
    this.#isClosed = true;
    this.#supersede();
    this.#cancelStart();
  }

  #refuse(refusal: RefusedChange): void {
    this.refused = refusal.why;
    for (const listener of this.refusals) listener(refusal);
  }

  #supersede(): void {
    this.#proposal++;
    this.#cancel();
  }

  async #judge(set: ResourceSet, proposal: number): Promise<void> {
    const verdict = await judgeChange(this.current, set, this.#query);
    if (proposal !== this.#proposal) return;
    switch (verdict.kind) {
      case 'fine':
        return this.#apply(set);
      case 'losses': {
        const why = `${describeLosses(verdict.losses)}; ${HOW_TO_ALLOW}`;
        this.#refuse({ code: 'resources.production-loss', hash: set.hash, why });
        const fields = { event: 'resources.production-loss', hash: set.hash, losses: verdict.losses };
        this.#context.log.error(fields, 'the changed resources would lose production; what was in force stays');
        return;
      }
      case 'unknown': {
        const before = this.refused;
        this.refused = `the change waits until the archive says which namespaces it would take out of production: ${verdict.why}`;
        const fields = { event: 'resources.waiting', hash: set.hash, why: verdict.why };
        if (before !== this.refused) this.#context.log.warn(fields, this.refused);
        this.#cancel = this.#context.clock.after(ASK_AGAIN, () => void this.#judge(set, proposal));
        return;
      }
      default:
        verdict satisfies never;
    }
  }

  #apply(set: ResourceSet): void {
    this.current = set;
    this.refused = '';
    this.lost = '';
    this.#context.log.info({ event: 'resources.applied', hash: set.hash }, 'changed resources are in force');
    for (const listener of this.listeners) listener(set);
  }

  /** What a start finds declared is in force at once, for there is nothing else; what that lost is said. */
  async #judgeStart(first: ResourceSet): Promise<void> {
    const verdict = await judgeChange(null, first, this.#query);
    if (this.#isClosed || this.current !== first) return;
    if (verdict.kind === 'unknown') {
      this.#cancelStart = this.#context.clock.after(ASK_AGAIN, () => void this.#judgeStart(first));
      return;
    }
    if (verdict.kind === 'fine') return;
    this.lost = describeLosses(verdict.losses);
    this.#context.log.warn(
      { event: 'resources.production-lost', hash: first.hash, losses: verdict.losses },
      'what this start found declared handles namespaces as less that were production before',
    );
  }
}

/** What filters find in `this.context` besides the view; templates cannot see it. */

import { AssertionError, Context, Drop, type Liquid } from 'liquidjs';
import type { Locale } from './locale.ts';
import type { Escape } from './output.ts';

export interface RenderSettings {
  readonly locale: Locale;
  /** Unix ms. */
  readonly now: number;
}

export class RenderContext extends Context {
  readonly settings: RenderSettings;
  readonly mode: Escape;

  constructor(scope: object, liquid: Liquid, settings: RenderSettings, mode: Escape) {
    super(scope, liquid.options, { sync: true }, { liquid });
    // Its class is not exported: what the renderer calls of it is `check`.
    this.renderLimit = new TimeLimit(LONGEST_RENDERING) as unknown as Context['renderLimit'];
    this.settings = settings;
    this.mode = mode;
  }

  /** The library lets templates read everything of its own objects (forloop), their prototypes included. */
  override readProperty(object: ReadArguments[0], key: ReadArguments[1]): unknown {
    if (object instanceof Drop && typeof key === 'string' && HIDDEN.has(key)) return undefined;
    return super.readProperty(object, key) as unknown;
  }
}

/** Milliseconds of this thread for one part: a good one takes less than one. */
export const LONGEST_RENDERING = 250;

export const TOOK_TOO_LONG = `it takes longer than ${LONGEST_RENDERING} ms`;

/** Steps of a template between two looks: a look costs some microseconds. */
const STEPS_PER_LOOK = 128;

/**
 * The library's own limit goes by the clock on the wall: on a machine that others keep busy good templates would run into it. This one
 * goes by the time that the thread has worked.
 */
class TimeLimit {
  readonly #end: number;
  #steps = 0;

  constructor(limit: number) {
    this.#end = workedFor() + limit;
  }

  /** The renderer calls it before each step. */
  check(): void {
    if (++this.#steps % STEPS_PER_LOOK === 0 && workedFor() > this.#end) throw new AssertionError(TOOK_TOO_LONG);
  }
}

/** Milliseconds of processor time. */
function workedFor(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

type ReadArguments = Parameters<Context['readProperty']>;

const HIDDEN = new Set(Object.getOwnPropertyNames(Object.prototype));

/** How the library calls a filter. */
export interface FilterCall {
  readonly context: Context;
}

/** Throws TypeError where a filter was called by another engine than ours: a bug. */
export function contextOf({ context }: FilterCall): RenderContext {
  if (context instanceof RenderContext) return context;
  throw new TypeError('a filter of Herald outside of its engine');
}

/** What filters find in `this.context` besides the view; templates cannot see it. */

import { Context, Drop, type Liquid } from 'liquidjs';
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
    this.settings = settings;
    this.mode = mode;
  }

  /** The library lets templates read everything of its own objects (forloop), their prototypes included. */
  override readProperty(object: ReadArguments[0], key: ReadArguments[1]): unknown {
    if (object instanceof Drop && typeof key === 'string' && HIDDEN.has(key)) return undefined;
    return super.readProperty(object, key) as unknown;
  }
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

/**
 * Liquid, tamed. A template is written by a tenant and sees what strangers put into their alerts, in the process that decides about
 * everyone's alerts. So it reaches nothing but its view, calls nothing but the filters of this folder, reads no files, and is cut off
 * when it takes too long, makes too much or never ends. docs/decisions/46-templates-in-the-deciding-thread.md has the reasons.
 *
 * https://liquidjs.com/tutorials/dos.html says what each limit counts.
 */

import { AssertionError, type Emitter, Liquid, LiquidError, type Template, toValueSync } from 'liquidjs';
import { LIBRARY_FILTERS, OWN_FILTERS } from './filters.ts';
import { CaptureMarkup, type Escape, escapeOutput } from './output.ts';
import { RenderContext, type RenderSettings, TOOK_TOO_LONG } from './render-context.ts';

/** Characters of one part's source. */
export const LONGEST_SOURCE = 100_000;
/** Characters that one part may become. */
export const LONGEST_OUTPUT = 1_000_000;
/** Characters and list items that filters and outputs may make on the way. */
const MOST_MADE = 3_000_000;

/** They would read other files, or change the view. */
const REFUSED_TAGS = ['include', 'render', 'layout', 'block', 'increment', 'decrement'];

/** `line` and `column` from 1, in the source of the part; 0 where they are not known. */
export interface TemplateFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** It was cut off by the limit of time. */
  readonly tookTooLong: boolean;
}

export type Compiled =
  | { readonly ok: true; render(scope: object, settings: RenderSettings): Rendering }
  | { readonly ok: false; readonly fault: TemplateFault };

export type Rendering =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: TemplateFault };

const engines: Readonly<Record<Escape, Liquid>> = { html: engineFor('html'), none: engineFor('none') };

function engineFor(mode: Escape): Liquid {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    outputEscape: escapeOutput(mode),
    parseLimit: LONGEST_SOURCE,
    memoryLimit: MOST_MADE,
    // Nothing is ever looked up by name: this leaves the library no file system to look in.
    templates: {},
    trimTagRight: true,
    greedy: false,
    timezoneOffset: 0,
    locale: 'en',
  });
  for (const tag of REFUSED_TAGS) delete liquid.tags[tag];
  liquid.registerTag('capture', CaptureMarkup);
  for (const name of Object.keys(liquid.filters)) if (!LIBRARY_FILTERS.has(name)) liquid.unregisterFilter(name);
  for (const [name, filter] of Object.entries(OWN_FILTERS)) liquid.registerFilter(name, filter);
  return liquid;
}

/** Unknown tags and filters are faults here, unknown fields are not: they are empty. */
export function compile(source: string, mode: Escape): Compiled {
  const liquid = engines[mode];
  let templates: Template[];
  try {
    templates = liquid.parse(source);
  } catch (error) {
    return { ok: false, fault: faultOf(error) };
  }
  return {
    ok: true,
    render(scope, settings) {
      try {
        const emitter = new BoundedEmitter();
        const context = new RenderContext(scope, liquid, settings, mode);
        // The library's declarations call an iterator what its own function takes.
        toValueSync(liquid.renderer.renderTemplates(templates, context, emitter) as Generator<unknown, void, unknown>);
        return { ok: true, text: emitter.buffer };
      } catch (error) {
        return { ok: false, fault: faultOf(error) };
      }
    },
  };
}

class BoundedEmitter implements Emitter {
  buffer = '';

  write(value: unknown): void {
    const text = typeof value === 'string' ? value : String(value ?? '');
    if (this.buffer.length + text.length > LONGEST_OUTPUT) {
      throw new AssertionError(`it becomes longer than ${LONGEST_OUTPUT} characters`);
    }
    this.buffer += text;
  }
}

/** Whatever a template does is the template's fault: a bug in a filter of ours, too, must cost one text and not the message. */
function faultOf(error: unknown): TemplateFault {
  const cause = error instanceof Error ? error : new Error(String(error));
  const place = LiquidError.is(cause) ? (cause as LiquidError).token.getPosition() : [0, 0];
  const said = (cause as { originalError?: Error }).originalError?.message ?? cause.message;
  // The library adds the place to its messages; ours says it once.
  const message = said.replace(/(, file:[^,]*)?, line:\d+, col:\d+$/, '');
  const limit = LIMITS[message];
  return {
    line: place[0] ?? 0,
    column: place[1] ?? 0,
    message: limit ?? message,
    tookTooLong: message === TOOK_TOO_LONG,
  };
}

const LIMITS: Readonly<Record<string, string>> = {
  'memory alloc limit exceeded': `it makes more than ${MOST_MADE} characters and list items on the way`,
  'parse length limit exceeded': `it is longer than ${LONGEST_SOURCE} characters`,
};

/**
 * What leaves a template by `{{ ... }}`. All of it is made printable, in HTML it is escaped as well, unless a filter of ours made it
 * and has escaped what it was given.
 */

import { CaptureTag, type Context, Drop } from 'liquidjs';
import { printable } from './printable.ts';

export type Escape = 'html' | 'none';

/** Finished text: escaped where it had to be. To conditions and other filters it is a string, which is then escaped again. */
export class Markup extends Drop {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override valueOf(): string {
    return this.#text;
  }

  override toString(): string {
    return this.#text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** As the engine writes values: nothing for what is not there, lists joined. Objects are written as JSON, not as `[object Object]`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (value instanceof Drop) return String(value.valueOf());
  if (Array.isArray(value)) return value.map(textOf).join('');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** In the engine's option the last filter of every output. It counts what it makes: captured text is in no other count. */
export function escapeOutput(mode: Escape): (value: unknown) => string {
  return function (this: { readonly context: Context }, value: unknown): string {
    const text = textOf(value);
    this.context.memoryLimit.use(text.length);
    if (value instanceof Markup) return text;
    return mode === 'html' ? escapeHtml(printable(text)) : printable(text);
  } as (value: unknown) => string;
}

/** What was captured went through the outputs inside and is finished. */
export class CaptureMarkup extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const text = yield this.liquid.renderer.renderTemplates(this.templates, context);
    (context.bottom() as Record<string, unknown>)[this.variable] = new Markup(text);
  }
}

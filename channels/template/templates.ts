/**
 * The texts of a message. Each part is rendered from the first of these that works:
 *
 *   declared  → a Template resource says this part for the channel, the team, the type or everyone
 *   default   → the channel type's own text
 *   plain     → made without templates: somebody is told, whatever the templates do
 *
 * Every step down is named in `failures`, which the sender puts into the outcome of the delivery.
 */

import type { Notification } from '../../alert/notification.ts';
import type { Clock } from '../../telemetry/clock.ts';
import { type Compiled, compile, type TemplateFault } from './engine.ts';
import { fallbackText } from './fallback.ts';
import { type Locale, type LocaleChoice, localeFor, localeOf, wantedLanguages } from './locale.ts';
import type { Escape } from './output.ts';
import { type LinksOf, linksBelow, type NotificationView, viewOf } from './view.ts';

export interface RenderRequest {
  /** Of the channel: `email`. */
  readonly type: string;
  /** Name of the Channel resource. */
  readonly channel: string;
  /** Name of a part to Liquid source: what is sent where nothing else is declared. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly notification: Notification;
  /** `html`: what comes from outside is escaped for HTML. */
  readonly escape: Escape;
}

export interface Rendered {
  /** One for each of the defaults. */
  readonly parts: Readonly<Record<string, string>>;
  /** For the detail of an outcome, a sentence each. */
  readonly failures: readonly string[];
  /** The reader's, for times and words outside of templates. */
  readonly locale: Locale;
}

export interface Templates {
  /** Never rejects: a part that cannot be rendered is replaced by the next plainer one. */
  render(request: RenderRequest): Promise<Rendered>;
}

/** A part that a resource declares. */
export interface DeclaredPart {
  /** Of the Template resource. */
  readonly template: string;
  readonly source: string;
  /** In which it is written; null: in none, or in several. */
  readonly language: string | null;
}

/** What operators declare of texts; of the resources in force when it is asked. */
export interface DeclaredTexts {
  /** Of the Channel resource. */
  locale(tenant: string, channel: string): LocaleChoice;
  part(question: PartQuestion): DeclaredPart | null;
}

export interface PartQuestion {
  readonly tenant: string;
  readonly channel: string;
  readonly type: string;
  readonly part: string;
  /** What the reader would like best first. */
  readonly languages: readonly string[];
  /** What else a Template may be chosen by. */
  readonly notification: Notification;
}

export const NOTHING_DECLARED: DeclaredTexts = { locale: () => ({}), part: () => null };

export interface TemplatesOptions {
  readonly clock: Clock;
  /** Where people reach this Herald. */
  readonly externalURL: string;
  readonly declared?: DeclaredTexts;
  readonly linksOf?: LinksOf;
}

/** What takes too long holds up everything in this thread, so it is not tried again for a while. Milliseconds. */
const REST = 60_000;
/** Compiled texts that are kept; those of a deployment are a few hundred. */
const MOST_COMPILED = 2000;

interface Kept {
  readonly compiled: Compiled;
  restsUntil: number;
}

export function createTemplates(options: TemplatesOptions): Templates {
  const { clock, externalURL, declared = NOTHING_DECLARED, linksOf = linksBelow(externalURL) } = options;
  const kept = new Map<string, Kept>();

  function compiledOf(source: string, mode: Escape): Kept {
    const key = `${mode} ${source}`;
    let found = kept.get(key);
    if (found === undefined) {
      found = { compiled: compile(source, mode), restsUntil: 0 };
      if (kept.size >= MOST_COMPILED) kept.clear();
      kept.set(key, found);
    }
    return found;
  }

  function tryOne(
    source: string,
    mode: Escape,
    viewFor: () => NotificationView,
    locale: Locale,
  ): string | TemplateFault {
    if (source === '') return '';
    const view = viewFor();
    const entry = compiledOf(source, mode);
    if (!entry.compiled.ok) return entry.compiled.fault;
    if (entry.restsUntil > view.now) return RESTING;
    const rendering = entry.compiled.render(view, { locale, now: view.now });
    if (rendering.ok) return rendering.text;
    if (rendering.fault.tookTooLong) entry.restsUntil = view.now + REST;
    return rendering.fault;
  }

  function renderAll({ type, channel, defaults, notification, escape: mode }: RenderRequest): Rendered {
    const { tenant } = notification;
    const now = clock.now();
    const choice = declared.locale(tenant, channel);
    const languages = wantedLanguages(notification, choice);
    const locale = localeOf(notification, choice);
    // Not made where nothing is declared and the usual texts are empty.
    let made: NotificationView | null = null;
    const view = () => {
      made ??= viewOf(notification, { locale, linksOf, externalURL, now });
      return made;
    };
    const failures: string[] = [];
    const partOf = (part: string, usual: string): string => {
      const override = declared.part({ tenant, channel, type, part, languages, notification });
      if (override !== null) {
        const written = localeFor(override.language, notification, choice);
        const text = tryOne(override.source, mode, view, written);
        if (typeof text === 'string') return text;
        failures.push(`Template ${override.template}, ${describe(part, text)}; the usual text was sent`);
      }
      const text = tryOne(usual, mode, view, locale);
      if (typeof text === 'string') return text;
      failures.push(`the usual ${describe(part, text)}; a plain text was sent`);
      return fallbackText(notification, part, locale.language, mode);
    };
    return { parts: eachPart(defaults, partOf), failures, locale };
  }

  return {
    async render(request) {
      try {
        return renderAll(request);
      } catch (error) {
        // A bug of ours, which must cost the looks of the message and not the message.
        const { notification, defaults, escape: mode } = request;
        const said = error instanceof Error ? error.message : String(error);
        const parts = eachPart(defaults, (part) => fallbackText(notification, part, 'en', mode));
        const locale = { language: 'en', tag: 'en-GB', timeZone: 'UTC' } as const;
        return { parts, locale, failures: [`the texts could not be made: ${said}; plain ones were sent`] };
      }
    },
  };
}

function eachPart(defaults: RenderRequest['defaults'], textOf: (part: string, usual: string) => string) {
  return Object.fromEntries(Object.entries(defaults).map(([part, usual]) => [part, textOf(part, usual)]));
}

const RESTING: TemplateFault = {
  line: 0,
  column: 0,
  message: 'it took too long lately and is left alone for a minute',
  tookTooLong: true,
};

function describe(part: string, { line, column, message }: TemplateFault): string {
  const place = line === 0 ? '' : ` (line ${line}, column ${column})`;
  return `part ${part}${place}: ${message}`;
}

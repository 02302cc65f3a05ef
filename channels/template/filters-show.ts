/** Filters that show what Herald knows: links, priorities, words of the built-in texts, sets of labels. */

import { isTextKey, TEXT_KEYS, TEXTS } from './languages.ts';
import { lookOf } from './look.ts';
import { TemplateMisuse } from './misuse.ts';
import { escapeHtml, Markup, textOf } from './output.ts';
import { printable } from './printable.ts';
import { contextOf, type FilterCall } from './render-context.ts';
import { webAddress } from './view.ts';

const MOST_LABELS = 30;

export const SHOW_FILTERS = {
  /** In HTML an anchor, else `text: address`. Anything but a web address is only its text. */
  link(this: FilterCall, value: unknown, text?: unknown): string | Markup {
    const address = webAddress(textOf(value));
    const shown = textOf(text) || address;
    if (contextOf(this).mode === 'html') {
      const escaped = escapeHtml(printable(shown));
      return new Markup(address === '' ? escaped : `<a href="${escapeHtml(address)}">${escaped}</a>`);
    }
    return address === '' || shown === address ? shown : `${shown}: ${address}`;
  },

  /** https://docs.slack.dev/messaging/formatting-message-text#linking-urls */
  slack_link(value: unknown, text?: unknown): string {
    const address = webAddress(textOf(value)).replaceAll('|', '%7C').replaceAll('&', '&amp;');
    const shown = (textOf(text) || address).replace(/[&<>]/g, ' ').trim();
    return address === '' ? shown : `<${address}|${shown}>`;
  },

  markdown_link(value: unknown, text?: unknown): string {
    const address = webAddress(textOf(value)).replace(/[()]/g, (character) => (character === '(' ? '%28' : '%29'));
    const shown = (textOf(text) || address).replace(/[\\[\]]/g, '\\$&');
    return address === '' ? shown : `[${shown}](${address})`;
  },

  emoji: (value: unknown): string => lookOf(textOf(value)).emoji,

  colour: (value: unknown): string => lookOf(textOf(value)).colour,

  /** `P1 critical` in the recipient's language; what is no priority stays as it is. */
  priority(this: FilterCall, value: unknown): string {
    const word = textOf(value);
    return /^P[1-5]$/.test(word) ? translated(this, word) : word;
  },

  /** A word of the built-in texts: `{{ 'since' | text }}`, `{{ status | text }}`. */
  text(this: FilterCall, value: unknown): string {
    return translated(this, textOf(value));
  },

  /** `1 alert`, `3 Alarme`. */
  alerts(this: FilterCall, value: unknown): string {
    const { tag } = contextOf(this).settings.locale;
    const count = Number(textOf(value)) || 0;
    return `${new Intl.NumberFormat(tag).format(count)} ${translated(this, count === 1 ? 'alert' : 'alerts')}`;
  },

  /** Of a set of labels: `namespace="payments", pod="api-1"`, sorted, 30 at most. */
  labels(value: unknown): string {
    if (typeof value !== 'object' || value === null) return '';
    const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    const shown = pairs.slice(0, MOST_LABELS).map(([name, content]) => `${name}=${JSON.stringify(textOf(content))}`);
    return [...shown, ...(pairs.length > MOST_LABELS ? ['...'] : [])].join(', ');
  },

  /** As numbers are written in the language. */
  number(this: FilterCall, value: unknown): string {
    const number = Number(textOf(value));
    return Number.isFinite(number) ? new Intl.NumberFormat(contextOf(this).settings.locale.tag).format(number) : '';
  },
};

function translated(call: FilterCall, key: string): string {
  if (isTextKey(key)) return TEXTS[contextOf(call).settings.locale.language][key];
  throw new TemplateMisuse('text', `${JSON.stringify(key)} is none of the built-in texts: ${TEXT_KEYS.join(', ')}`);
}

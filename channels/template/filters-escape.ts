/** Filters that make a text fit where it goes: HTML, Markdown, Slack, JSON, a URL, one line, a limited length. */

import { TemplateMisuse } from './misuse.ts';
import { escapeHtml, Markup, textOf } from './output.ts';
import { oneLine, printable, printableJson } from './printable.ts';
import { truncateBytes, truncateCharacters } from './truncate.ts';
import { webAddress } from './view.ts';

export const ESCAPE_FILTERS = {
  html: (value: unknown): Markup => new Markup(escapeHtml(printable(textOf(value)))),

  escape: (value: unknown): Markup => new Markup(escapeHtml(printable(textOf(value)))),

  /** In Markdown of Teams, Mattermost, Discord, GitHub: nothing formats, links or mentions. */
  markdown: (value: unknown): string => textOf(value).replace(/[\\`*_{}[\]()#+\-.!|<>~@&:]/g, '\\$&'),

  /** Slack's three; a link or a mention needs `<`. https://docs.slack.dev/messaging/formatting-message-text#escaping */
  slack: (value: unknown): string =>
    textOf(value).replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]!),

  json: (value: unknown): string => printableJson(JSON.stringify(value instanceof Object ? value : (value ?? null))),

  /** Part of a path or a query. */
  url_encode: (value: unknown): string => encodeURIComponent(textOf(value).toWellFormed()),

  /** Web addresses only; for anything else it is empty. */
  url: (value: unknown): string => webAddress(textOf(value)),

  line: (value: unknown): string => oneLine(textOf(value)),

  newline_to_br: (value: unknown): Markup =>
    new Markup(escapeHtml(printable(textOf(value))).replaceAll('\n', '<br>\n')),

  upper: (value: unknown): string => textOf(value).toUpperCase(),

  lower: (value: unknown): string => textOf(value).toLowerCase(),

  /** By characters as people count them; the last of them are the ending. */
  truncate(value: unknown, length: unknown = 80, ending: unknown = '...'): string {
    return truncateCharacters(textOf(value), limitOf('truncate', length), textOf(ending));
  },

  /** By bytes of UTF-8, as the limits of many channels count. */
  truncate_bytes(value: unknown, length: unknown = 80, ending: unknown = '...'): string {
    return truncateBytes(textOf(value), limitOf('truncate_bytes', length), textOf(ending));
  },
};

function limitOf(filter: string, given: unknown): number {
  const limit = Number(textOf(given));
  if (Number.isInteger(limit) && limit >= 0) return limit;
  throw new TemplateMisuse(filter, `${JSON.stringify(textOf(given))} is no length: a whole number from 0 up`);
}

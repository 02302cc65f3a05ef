/**
 * Text in Slack's markup. Three characters have to be escaped, and that is all it takes: mentions and links exist only between
 * `<` and `>`. Source: docs.slack.dev, "Formatting message text".
 */

import { cut } from '../message-facts.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

export function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character]!);
}

/** Links to web addresses, and escaped characters: what may stand in a template's text as it is. */
const KEPT = /<https?:\/\/[^<>|\s]+(?:\|[^<>]*)?>|&(?:amp|lt|gt);/g;

/**
 * A template's text, whose author may write links, but through which nothing from outside may call people (`<!channel>`,
 * `<@U024BE7LH>`): whatever else looks like that is escaped.
 */
export function safeMarkup(text: string): string {
  let safe = '';
  let from = 0;
  for (const { 0: kept, index } of text.matchAll(KEPT)) {
    safe += escaped(text.slice(from, index)) + kept;
    from = index + kept.length;
  }
  return safe + escaped(text.slice(from));
}

/** At most `most` characters of markup; neither an entity nor a link is cut in two. */
export function within(markup: string, most: number): string {
  if (markup.length <= most) return markup;
  return `${cut(markup, most)
    .slice(0, -1)
    .replace(/&[a-z]{0,3}$|<[^>]*$/, '')}…`;
}

export function escapedWithin(text: string, most: number): string {
  return within(escaped(text), most);
}

/** `url` as webLink gives it. */
export function link(url: string, text: string): string {
  return `<${escaped(url.replace(/[|<>]/g, encodeURIComponent))}|${escaped(text.replaceAll('|', '¦'))}>`;
}

/** In the reader's own time zone; the fallback is for clients that cannot. */
export function localTime(time: number, fallback: string): string {
  return `<!date^${Math.floor(time / 1000)}^{date_short_pretty} {time}|${escaped(fallback)}>`;
}

export function code(text: string): string {
  return text === '' ? '' : `\`${escaped(text.replaceAll('`', "'"))}\``;
}

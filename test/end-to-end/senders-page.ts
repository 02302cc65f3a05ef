/** docs/sources.md taken apart: what it tells each sender is what the tests do. */

import { read } from '../support/source-tree.ts';

export interface Section {
  readonly title: string;
  /** Of the Sources that it declares, by name. */
  readonly sources: ReadonlyMap<string, string>;
  /** The one block of a language; of those that begin with a line `# NAME` the one named. */
  block(language: string, name?: string): string;
  /** A field of a table whose rows begin with it, without its code marks. */
  rows(): ReadonlyMap<string, string>;
}

export function readSections(): Section[] {
  const [, ...parts] = read('docs/sources.md').split(/^## /m);
  return parts.map(sectionOf);
}

function sectionOf(text: string): Section {
  const title = text.slice(0, text.indexOf('\n'));
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    language,
    body,
  }));
  const declared = blocks.filter(({ body }) => body.startsWith('apiVersion: herald/v1'));
  return {
    title,
    sources: new Map(declared.map(({ body }) => [/name: ([\w-]+)/.exec(body)?.[1] ?? '', body])),
    block(language, name) {
      const found = blocks.filter(
        (one) =>
          one.language === language &&
          !declared.includes(one) &&
          (name === undefined || one.body.startsWith(`# ${name}\n`)),
      );
      if (found.length !== 1) throw new Error(`${title}: ${found.length} blocks of ${language} ${name ?? ''}`);
      return found[0]!.body;
    },
    rows: () =>
      new Map([...text.matchAll(/^\| `(\S+)` \| `?(.+?)`? \|$/gm)].map(([, key = '', value = '']) => [key, value])),
  };
}

/** Paths that a Source answers besides `/v1/webhooks/{source}`: those of what it took the place of, or of its own name before. */

import Type from 'typebox';
import type { Problem } from './problem.ts';
import { type Declared, fieldOf } from './resource.ts';

const SEGMENTS = /^(?:\/[A-Za-z0-9._~-]{1,100}){1,10}$/;
/** Herald's own, now and later. */
const OWN = /^\/(?:-|v\d+|api|console|healthz|readyz|metrics|openapi\.json)(?:\/|$)/;
const DOTS = /\/\.{1,2}(?:\/|$)/;
const ALLOWED =
  "a path such as /hooks/alerts, of letters, digits, dots, hyphens, underscores and tildes, that does not begin as one of Herald's own";

export const pathsSchema = Type.Array(
  Type.Refine(
    Type.String({ description: ALLOWED }),
    (text) => SEGMENTS.test(text) && !OWN.test(text) && !DOTS.test(text),
    (text) => `is ${JSON.stringify(text)}; allowed: ${ALLOWED}`,
  ),
  { minItems: 1, maxItems: 20, description: 'a list of paths such as /hooks/alerts' },
);

/** A path leads to one Source, whatever the tenant. */
export function pathsTakenTwice(sources: readonly Declared[]): Problem[] {
  const first = new Map<string, Declared>();
  return sources.flatMap((source) => {
    const paths = fieldOf(source.spec, 'paths');
    if (!Array.isArray(paths)) return [];
    return paths.flatMap((path: unknown, i) => {
      if (typeof path !== 'string') return [];
      const before = first.get(path);
      if (before === undefined) first.set(path, source);
      if (before === undefined) return [];
      const whose = `source ${before.tenant}/${before.name}`;
      return [
        source.document.problem(['spec', 'paths', i], `is ${JSON.stringify(path)}, which leads to ${whose} already`),
      ];
    });
  });
}

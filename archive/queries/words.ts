/** Reasons and times as an answer in one line has them. */

import { REASONS } from '../../alert/reason.ts';
import { time } from './query.ts';

export interface Why {
  readonly code: string;
  readonly detail: string;
}

export function reasonsIn(row: { readonly reasons: string }): Why[] {
  return JSON.parse(row.reasons) as Why[];
}

/** What the code means, and the values that led to it. */
export function explained(reasons: readonly Why[]): string {
  return reasons
    .map(({ code, detail }) => {
      const meaning: string = (REASONS as Readonly<Record<string, string>>)[code] ?? code;
      return detail === '' || detail === meaning ? meaning : `${meaning} (${detail})`;
    })
    .join('; ');
}

/** To the second: an answer is read, not computed with. */
export function clock(at: number): string {
  return `${time(at).slice(0, 19)}Z`;
}

/** What is written by its name, beside a list of what all of its kind have. */

/** The fields of `value` that are not `listed`; null where there are none. */
export function othersOf(value: object, listed: ReadonlySet<string>): Record<string, unknown> | null {
  let others: Record<string, unknown> | null = null;
  for (const name in value) {
    if (listed.has(name)) continue;
    others ??= {};
    others[name] = (value as Record<string, unknown>)[name];
  }
  return others;
}

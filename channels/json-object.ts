/** Texts that somebody else wrote, or an older version of ours: an object of JSON, or nothing to rely on. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** null: there is no text, it is no JSON, or it is JSON but no object. */
export function jsonObject(text: string | null): JsonObject | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Empty where it is none. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the schemas of the API's answers are made of. */

export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const flag: Schema = { type: 'boolean' };
export const time: Schema = { type: 'string', format: 'date-time' };
export const texts: Schema = { type: 'object', additionalProperties: { type: 'string' } };
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** All properties are there always, unless they are named as optional. */
export function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required };
}

export const page = (name: string, item: string): Schema =>
  object({ [name]: list(ref(item)), next: { ...orNull(text), description: 'For `cursor`; null on the last page.' } });
export const reasons = list(ref('Reason'));
export const line = { at: time, since: time, times: integer, reasons };

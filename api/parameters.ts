/** Query parameters: declared once, for the validation here and for openapi.json. */

import { Problems, problem } from '../ingress/problem.ts';
import type { Reply } from '../ingress/route.ts';

export interface Parameter {
  readonly name: string;
  readonly description: string;
  /** JSON Schema, as openapi.json shows it. */
  readonly schema:
    | { readonly type: 'string'; readonly enum?: readonly string[]; readonly maxLength: number }
    | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number; readonly default: number };
  /** A larger integer than the largest counts as that, instead of being refused. */
  readonly capped?: boolean;
}

export type ParameterValues = Readonly<Record<string, string | number>>;

const LONGEST = 500;

export function words(name: string, description: string): Parameter {
  return { name, description, schema: { type: 'string', maxLength: LONGEST } };
}

export function oneOf(name: string, description: string, values: readonly string[]): Parameter {
  return { name, description, schema: { type: 'string', enum: values, maxLength: LONGEST } };
}

export const PAGING: readonly Parameter[] = [
  {
    name: 'limit',
    description: 'Most items in the answer; of more than 500 that are wanted there are 500, and `next`.',
    schema: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
    capped: true,
  },
  words('cursor', 'The `next` of the page before.'),
];

export type Read = { readonly values: ParameterValues } | { readonly refused: Reply };

/** Names every parameter that is wrong, with its value and what is allowed. An empty value counts as absent. */
export function readParameters(declared: readonly Parameter[], query: string): Read {
  const problems = new Problems();
  const values: Record<string, string | number> = {};
  const given = new URLSearchParams(query);
  for (const name of new Set(given.keys())) {
    const parameter = declared.find((one) => one.name === name);
    const all = given.getAll(name);
    const [value = ''] = all;
    if (parameter === undefined) problems.add(name, value, `one of the parameters ${namesOf(declared)}`);
    else if (all.length > 1) problems.add(name, all.join(' '), 'once');
    else if (value !== '') readOne(parameter, value, values, problems);
  }
  return problems.count === 0 ? { values } : { refused: badParameters(problems) };
}

export function badParameters(problems: Problems): Reply {
  const wrong = problems.list.map(({ path }) => path).join(', ');
  return problem(400, 'a parameter is wrong', { code: 'parameter.invalid', detail: wrong, problems });
}

function readOne(
  { name, schema, capped = false }: Parameter,
  value: string,
  values: Record<string, string | number>,
  problems: Problems,
): void {
  if (schema.type === 'integer') {
    const given = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    const number = capped ? Math.min(given, schema.maximum) : given;
    if (number >= schema.minimum && number <= schema.maximum) values[name] = number;
    else problems.add(name, value, `an integer from ${schema.minimum}${capped ? ' on' : ` to ${schema.maximum}`}`);
  } else if (schema.enum !== undefined && !schema.enum.includes(value)) {
    problems.add(name, value, `one of ${schema.enum.join(', ')}`);
  } else if (value.length > schema.maxLength) problems.add(name, value, `at most ${schema.maxLength} characters`);
  else values[name] = value;
}

function namesOf(declared: readonly Parameter[]): string {
  return declared.map(({ name }) => name).join(', ') || '(there are none)';
}

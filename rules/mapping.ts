/**
 * A field mapping: CEL expressions that make alerts out of any JSON. `alerts` picks the list out of the `body`, the others are
 * evaluated for each `item` of it. What an expression gives becomes text; null, or empty text, means that there is none.
 */

import { type Evaluated, type Expression, type ExpressionType, expressionCompiler } from './condition.ts';

const ANY = 'dyn';
const TEXTS = 'map<string, string>';
const TIMESTAMP = 'google.protobuf.Timestamp';

/** How much one expression may go through: all of a large body once, or what belongs to one alert. */
const LIST_STEPS = 200_000;
const ITEM_STEPS = 1000;
/** And all expressions of all alerts of one body together: a tenth of a second. */
export const BODY_STEPS = 1_000_000;

/** What the expressions of one body may still go through. */
export interface BodySteps {
  left: number;
}

let body: BodySteps = { left: BODY_STEPS };
/** Of the body that is read now. */
const ofBody: BodySteps = {
  get left() {
    return body.left;
  },
  set left(left) {
    body.left = left;
  },
};

const lists = expressionCompiler({
  types: { body: ANY, headers: TEXTS, now: TIMESTAMP },
  texts: [],
  steps: LIST_STEPS,
});
const items = expressionCompiler({
  types: { body: ANY, item: ANY, index: 'int', headers: TEXTS, now: TIMESTAMP },
  texts: [],
  steps: ITEM_STEPS,
  together: ofBody,
});

/** What is evaluated until this is called again counts for that body: several may be read by turns. */
export function countFor(steps: BodySteps): void {
  body = steps;
}

/** As declared. A map of expressions by name, or one expression that gives a map. */
export type TextsMapping = string | Readonly<Record<string, string>>;

export interface MappingSpec {
  /** Names of headers that expressions may ask for, as `headers['x-github-event']`. */
  readonly headers?: readonly string[];
  readonly alerts?: string;
  readonly labels: TextsMapping;
  readonly annotations?: TextsMapping;
  readonly status?: string;
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly generatorURL?: string;
}

export const MAPPED_FIELDS = ['status', 'startsAt', 'endsAt', 'generatorURL'] as const;

type MappedField = (typeof MAPPED_FIELDS)[number];

type Texts = Expression | ReadonlyMap<string, Expression>;

export interface Mapping {
  /** Lower case. */
  readonly headers: readonly string[];
  /** null: the body itself, if it is a list, or else the one alert. */
  readonly alerts: Expression | null;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly fields: ReadonlyMap<MappedField, Expression>;
}

/** One expression that is wrong. */
export interface MappingProblem {
  readonly path: readonly string[];
  readonly text: string;
  readonly message: string;
}

export type CompiledMapping =
  | { readonly ok: true; readonly mapping: Mapping }
  | { readonly ok: false; readonly problems: readonly MappingProblem[] };

export function compileMapping(spec: MappingSpec): CompiledMapping {
  const problems: MappingProblem[] = [];
  const compile = (path: readonly string[], text: string, wanted: ExpressionType): Expression => {
    const compiled = (path[0] === 'alerts' ? lists : items).compile(text, wanted);
    if (compiled.ok) return compiled.expression;
    problems.push({ path, text, message: compiled.message });
    return NOTHING;
  };
  const textsOf = (field: 'labels' | 'annotations', declared: TextsMapping): Texts => {
    if (typeof declared === 'string') return compile([field], declared, 'map');
    return new Map(Object.entries(declared).map(([name, text]) => [name, compile([field, name], text, 'any')]));
  };
  const declared = MAPPED_FIELDS.flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]] as const]));
  const mapping: Mapping = {
    headers: (spec.headers ?? []).map((name) => name.toLowerCase()),
    alerts: spec.alerts === undefined ? null : compile(['alerts'], spec.alerts, 'list'),
    labels: textsOf('labels', spec.labels),
    annotations: textsOf('annotations', spec.annotations ?? {}),
    fields: new Map(declared.map(([field, text]) => [field, compile([field], text, 'any')])),
  };
  return problems.length === 0 ? { ok: true, mapping } : { ok: false, problems };
}

const NOTHING: Expression = { text: '', equalities: [], evaluate: () => ({ ok: true, value: null }) };

/** What expressions see of one alert. */
export interface ItemFacts {
  readonly body: unknown;
  /** Of the request, each that the mapping names; empty text for those that it has not. */
  readonly headers: Readonly<Record<string, string>>;
  readonly item: unknown;
  readonly index: bigint;
  readonly now: Date;
}

/** Text by name, and what went wrong by name. Empty text stands for what is not there. */
export function mapTexts(
  texts: Texts,
  facts: ItemFacts,
  fault: (name: string, message: string) => void,
): Map<string, string> {
  const mapped = new Map<string, string>();
  const put = (name: string, evaluated: Evaluated) => {
    const text = asText(evaluated);
    if ('message' in text) fault(name, text.message);
    else mapped.set(name, text.value);
  };
  if (texts instanceof Map) for (const [name, expression] of texts) put(name, expression.evaluate(facts));
  else {
    const evaluated = (texts as Expression).evaluate(facts);
    if (!evaluated.ok) fault('', evaluated.message);
    else if (!isPlainObject(evaluated.value)) fault('', 'gives no map');
    else for (const [name, value] of Object.entries(evaluated.value)) put(name, { ok: true, value });
  }
  return mapped;
}

/** Times come as RFC 3339, whatever the expression gave: a timestamp, Unix seconds or milliseconds, or text as it stands. */
export function asText(evaluated: Evaluated): { readonly value: string } | { readonly message: string } {
  if (!evaluated.ok) return evaluated;
  const { value } = evaluated;
  switch (typeof value) {
    case 'string':
      return { value };
    case 'number':
    case 'bigint':
    case 'boolean':
      return { value: String(value) };
    default:
      if (value === null || value === undefined) return { value: '' };
      if (value instanceof Date && !Number.isNaN(value.getTime())) return { value: value.toISOString() };
      return { message: `gives ${Array.isArray(value) ? 'a list' : 'an object'}` };
  }
}

/** Larger numbers are milliseconds: as seconds they would lie beyond the year 5000. */
const MOST_SECONDS = 1e11;

/** Unix time as RFC 3339; null for what is no number. */
export function unixTime(value: unknown): string | null {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0) return null;
  const at = number < MOST_SECONDS ? number * 1000 : number;
  return at > 8.64e15 ? null : new Date(at).toISOString();
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

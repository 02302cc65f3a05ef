/** Finding one's way in a schema (typebox, that is JSON Schema): which part of it describes a certain place of a value. */

import type { Path } from './problem.ts';

/** The keywords that our schemas use. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  /** Ours: values that INTERFACE knows and this version does not. */
  readonly later?: readonly string[];
}

type Definitions = Readonly<Record<string, SchemaNode>>;

/** null: the schema says nothing of that place. */
export function schemaAt(root: SchemaNode, path: Path): SchemaNode | null {
  let found: { readonly node: SchemaNode; readonly defs: Definitions } | null = resolve(root, {});
  for (const step of path) {
    if (found === null) return null;
    const next = childSchema(found.node, step);
    found = next === null ? null : resolve(next, found.defs);
  }
  return found?.node ?? null;
}

function resolve(node: SchemaNode, outer: Definitions) {
  const defs = node.$defs === undefined ? outer : { ...outer, ...node.$defs };
  const target = node.$ref === undefined ? node : defs[node.$ref];
  return target === undefined ? null : { node: target, defs };
}

function childSchema(node: SchemaNode, step: string | number): SchemaNode | null {
  // Which of several shapes it has is for the validation; a field has one meaning in all that have it.
  if (node.anyOf !== undefined) return firstOf(node.anyOf, (branch) => childSchema(branch, step));
  if (typeof step === 'number') return node.items ?? null;
  if (node.properties !== undefined && Object.hasOwn(node.properties, step)) return node.properties[step]!;
  for (const [pattern, schema] of Object.entries(node.patternProperties ?? {})) {
    if (new RegExp(pattern, 'u').test(step)) return schema;
  }
  return typeof node.additionalProperties === 'object' ? node.additionalProperties : null;
}

function firstOf<From, To>(items: readonly From[], find: (item: From) => To | null): To | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

const REFERENCES = ['env', 'file', 'secret'] as const;

/** Does the schema take `{ env: ... }`, `{ file: ... }` or `{ secret: ... }` here: a reference to a secret? */
export function takesSecret(node: SchemaNode, by?: (typeof REFERENCES)[number]): boolean {
  if (node.anyOf !== undefined) return node.anyOf.some((branch) => takesSecret(branch, by));
  const names = Object.keys(node.properties ?? {});
  if (names.length !== 1 || node.additionalProperties !== false) return false;
  return by === undefined ? REFERENCES.some((one) => one === names[0]) : names[0] === by;
}

/** For a person: what may stand there. */
export function describe(node: SchemaNode): string {
  if (node.description !== undefined) return node.description;
  if (node.enum !== undefined) return node.enum.map(String).join(', ');
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.anyOf !== undefined) return node.anyOf.map(describe).join(' or ');
  if (node.properties !== undefined) return `{ ${Object.keys(node.properties).join(', ')} }`;
  if (node.pattern !== undefined) return `text matching ${node.pattern}`;
  switch (node.type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return 'a whole number';
    case 'array':
      return node.items === undefined ? 'a list' : `a list of: ${describe(node.items)}`;
    case 'object':
      return 'fields below it';
    default:
      return node.type ?? 'anything';
  }
}

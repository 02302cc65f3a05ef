/**
 * Secrets never stand in resources: a field holds `{ env: NAME }`, `{ file: PATH }` or, of the tenant's secrets in the encrypted store,
 * `{ secret: NAME }`, and the value is put in when the resources are loaded. No message ever contains the value, nor does any content hash.
 */

import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Type from 'typebox';
import type { Path } from './problem.ts';
import { DNS_LABEL } from './resource.ts';
import { type SchemaNode, schemaAt, takesSecret } from './schema-walk.ts';

export const secretReference = Type.Union(
  [
    Type.Object({ env: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
    Type.Object({ file: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
    Type.Object({ secret: Type.String({ pattern: DNS_LABEL }) }, { additionalProperties: false }),
  ],
  { description: 'a reference to a secret, { env: NAME }, { file: PATH } or { secret: NAME }' },
);

export type SecretReference = Type.Static<typeof secretReference>;

export interface SecretFault {
  readonly path: Path;
  readonly message: string;
}

export interface Resolved {
  /** A copy with every reference replaced by its secret; those that are missing are empty. */
  readonly value: unknown;
  readonly faults: readonly SecretFault[];
  /** Absolute paths that were read or looked for, to be watched. */
  readonly files: readonly string[];
  /** References to the store were left empty, for nothing is known of it here. */
  readonly untold: boolean;
}

export type StoredRead =
  | { readonly ok: true; readonly secret: string }
  | { readonly ok: false; readonly message: string }
  /** There is no way to know here. */
  | null;

export interface SecretSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file that declares the reference: a relative PATH starts from its directory. */
  readonly declaredIn: string;
  /** Of the store, for the tenant that declares it. */
  stored(name: string): StoredRead;
}

const LARGEST_SECRET = 64 * 1024;

/** Replaces what both is written as a reference and is one by the schema. */
export function resolveSecrets(schema: SchemaNode, value: unknown, source: SecretSource): Resolved {
  const faults: SecretFault[] = [];
  const files: string[] = [];
  let untold = false;
  const visit = (at: unknown, path: Path): unknown => {
    if (Array.isArray(at)) return at.map((item, index) => visit(item, [...path, index]));
    if (typeof at !== 'object' || at === null) return at;
    const reference = referenceAt(schemaAt(schema, path), at);
    if (reference === null) {
      return Object.fromEntries(Object.entries(at).map(([key, content]) => [key, visit(content, [...path, key])]));
    }
    if ('file' in reference) files.push(absolute(reference.file, source));
    const read = readReference(reference, source);
    if (read === null) {
      untold = true;
      return '';
    }
    if (!read.ok) faults.push({ path, message: read.message });
    return read.ok ? read.secret : '';
  };
  const resolved = visit(value, []);
  return { value: resolved, faults, files, untold };
}

function referenceAt(schema: SchemaNode | null, value: object): SecretReference | null {
  const [field, ...others] = Object.entries(value);
  if (schema === null || field === undefined || others.length > 0 || typeof field[1] !== 'string') return null;
  const [by, where] = field;
  if (by === 'env' && takesSecret(schema, 'env')) return { env: where };
  if (by === 'secret' && takesSecret(schema, 'secret')) return { secret: where };
  return by === 'file' && takesSecret(schema, 'file') ? { file: where } : null;
}

function readReference(reference: SecretReference, source: SecretSource): Read | null {
  if ('env' in reference) return fromEnv(reference.env, source);
  return 'secret' in reference ? source.stored(reference.secret) : fromFile(reference.file, source);
}

type Read = { readonly ok: true; readonly secret: string } | { readonly ok: false; readonly message: string };

function fromEnv(name: string, { env }: SecretSource): Read {
  const secret = env[name];
  if (secret === undefined) return { ok: false, message: `environment variable ${name} is not set` };
  if (secret.trim() === '') return { ok: false, message: `environment variable ${name} is empty` };
  return { ok: true, secret };
}

function fromFile(path: string, source: SecretSource): Read {
  const file = absolute(path, source);
  try {
    const stats = statSync(file);
    // Opening a pipe would wait for its writer, for ever perhaps.
    if (!stats.isFile()) return { ok: false, message: `secret file ${file} is not a plain file` };
    if (stats.size > LARGEST_SECRET) return { ok: false, message: `secret file ${file} is larger than 64 KiB` };
    const secret = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return secret.trim() === '' ? { ok: false, message: `secret file ${file} is empty` } : { ok: true, secret };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { ok: false, message: `secret file ${file} cannot be read: ${code}` };
  }
}

function absolute(path: string, { declaredIn }: SecretSource): string {
  return resolve(dirname(declaredIn), path);
}

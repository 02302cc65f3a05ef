/** A configuration directory of a test, gone at its end. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Type, { type TSchema } from 'typebox';
import { type LoadOptions, type LoadResult, loadResources } from '../../resources/load.ts';
import type { Problem } from '../../resources/problem.ts';
import { secretReference } from '../../resources/secret.ts';
import { atEnd } from '../support/leaks.ts';

/** Stand-ins for the real channel types: resources/ knows none of them. */
export const channelTypes: ReadonlyMap<string, TSchema> = new Map<string, TSchema>([
  ['console', Type.Object({})],
  ['spread', Type.Object({ members: Type.Array(Type.String(), { minItems: 1 }) })],
  [
    'hook',
    Type.Object({
      url: Type.String({ pattern: '^https?://', description: 'an http or https URL' }),
      secret: Type.Optional(secretReference),
      headers: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), secretReference]))),
    }),
  ],
]);

export type Files = Readonly<Record<string, string | Uint8Array>>;

export function tempConfig(files: Files = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'herald-config-'));
  atEnd(() => rmSync(dir, { recursive: true, force: true }));
  writeFiles(dir, files);
  return dir;
}

export function writeFiles(dir: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
}

export function load(files: Files, options: Partial<LoadOptions> = {}): Promise<LoadResult> {
  return loadResources(tempConfig(files), { channelTypes, env: {}, ...options });
}

/** The problems as `line path: message`, of a load that must be refused. */
export async function problemsOf(files: Files, options: Partial<LoadOptions> = {}): Promise<string[]> {
  const result = await load(files, options);
  if (result.ok) throw new Error('loaded without problems');
  return result.problems.map(print);
}

export async function setOf(files: Files, options: Partial<LoadOptions> = {}) {
  const result = await load(files, options);
  if (!result.ok) throw new Error(result.problems.map(print).join('\n'));
  return result.set;
}

function print({ line, path, message }: Problem): string {
  return `${line} ${path}: ${message}`;
}

/** One resource as YAML: `fields` are the lines of its spec. */
export function resource(kind: string, name: string, fields: string, tenant?: string): string {
  const metadata = tenant === undefined ? `{ name: ${name} }` : `{ name: ${name}, tenant: ${tenant} }`;
  const spec = fields.replaceAll('\n', '\n  ');
  return `apiVersion: herald/v1\nkind: ${kind}\nmetadata: ${metadata}\nspec:\n  ${spec}\n---\n`;
}

export const consoleChannel = (tenant?: string) => resource('Channel', 'console', 'type: console', tenant);

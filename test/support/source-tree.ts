/** The project's source files and what each imports, for the test of the structure. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const NOT_OURS = new Set(['node_modules', '.git', '.runtime', 'data']);

/** Paths from the root, with forward slashes, sorted. */
export function sourceFiles(): string[] {
  const visit = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
      if (NOT_OURS.has(entry.name)) return [];
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return visit(path);
      return /\.(ts|mjs|js)$/.test(entry.name) ? [path] : [];
    });
  return visit('').sort();
}

export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

export interface Import {
  /** As written: `./alert.ts`, `node:fs`, `@nats-io/kv`. */
  readonly specifier: string;
  /** The path from the root, where it is relative. */
  readonly file: string | null;
  /** The package's name, where it is one of npm's. */
  readonly vendor: string | null;
  /** `import type ...`: nothing of it is left when the file runs. */
  readonly typeOnly: boolean;
  /** Loading the file loads it, too: no type, no `import()`, no thread. */
  readonly atOnce: boolean;
}

const AT_ONCE = [
  // import x from '...', import type { X } from '...', export * from '...'
  /(?:^|[;}\n])\s*(?:import|export)\b[^'"`;=]*?\bfrom\s*(['"])(?<specifier>[^'"\n]+)\1/g,
  // import '...'
  /(?:^|[;}\n])\s*import\s*(['"])(?<specifier>[^'"\n]+)\1/g,
];
const OTHERWISE = [
  // import('...'), both as a value and in a type; require('...'); new Worker(new URL('...', import.meta.url))
  /\b(?:import|require)\s*\(\s*(['"])(?<specifier>[^'"\n]+)\1/g,
  /\bnew URL\(\s*(['"])(?<specifier>\.[^'"\n]+\.ts)\1\s*,\s*import\.meta\.url/g,
];

export function importsOf(file: string, source: string = read(file)): Import[] {
  const code = withoutComments(source);
  return [...AT_ONCE, ...OTHERWISE].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => {
      const typeOnly = /^[\s;}]*(import|export)\s+type\b/.test(match[0]);
      const atOnce = AT_ONCE.includes(pattern) && !typeOnly;
      return { ...target(file, match.groups!.specifier!), typeOnly, atOnce };
    }),
  );
}

/** The vendors that are loaded with a file, by whatever it imports. */
export function vendorsLoadedBy(entry: string): Set<string> {
  const vendors = new Set<string>();
  const loaded = new Set([entry]);
  for (const file of loaded) {
    for (const { file: target, vendor, atOnce } of importsOf(file)) {
      if (!atOnce) continue;
      if (target !== null) loaded.add(target);
      if (vendor !== null) vendors.add(vendor);
    }
  }
  return vendors;
}

/** Whether it imports what only running it would tell: no test of the structure could see that. */
export function importsComputed(file: string): boolean {
  return /\bimport\s*\(\s*[^'"\s)]/.test(withoutComments(read(file)));
}

function target(from: string, specifier: string): Omit<Import, 'typeOnly' | 'atOnce'> {
  if (specifier.startsWith('.')) return { specifier, file: posix.join(posix.dirname(from), specifier), vendor: null };
  if (specifier.startsWith('node:')) return { specifier, file: null, vendor: null };
  const [scope = '', name = ''] = specifier.split('/');
  return { specifier, file: null, vendor: specifier.startsWith('@') ? `${scope}/${name}` : scope };
}

/** Good enough for imports: a text that holds two slashes loses the rest of its line. */
export function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

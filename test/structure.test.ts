/** The tree as CONTRIBUTING.md describes it: who may import whom, where each vendor stands, what files may be called. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import './support/leaks.ts';
import {
  importsComputed,
  importsOf,
  ROOT,
  read,
  sourceFiles,
  vendorsLoadedBy,
  withoutComments,
} from './support/source-tree.ts';

/** A folder imports from itself and from folders of earlier rows. */
const LAYERS: readonly (readonly string[])[] = [
  ['alert'],
  ['access'],
  ['telemetry'],
  ['rules'],
  ['resources'],
  ['channels'],
  ['bus'],
  ['ingress'],
  ['actors'],
  ['archive'],
  ['api', 'console'],
  ['gateway'],
  ['bin'],
];

/** Each vendor, and the one file, or folder, of the product that may import it. Its types may be used in that file's folder. */
const VENDORS: Readonly<Record<string, readonly string[]>> = {
  '@marcbachmann/cel-js': ['rules/condition.ts'],
  '@napi-rs/canvas': ['channels/picture/'],
  '@nats-io/jetstream': ['bus/'],
  '@nats-io/kv': ['bus/'],
  '@nats-io/nats-core': ['bus/'],
  '@nats-io/obj': ['bus/'],
  '@nats-io/transport-node': ['bus/'],
  'better-sqlite3': ['archive/'],
  'fast-xml-parser': ['ingress/xml.ts'],
  imapflow: ['channels/email/'],
  jose: ['ingress/jwt.ts'],
  kysely: ['archive/'],
  liquidjs: ['channels/template/'],
  msgpackr: ['bus/pack.ts'],
  nact: ['actors/actor-system.ts'],
  'node-ical': ['resources/ical.ts'],
  nodemailer: ['channels/email/'],
  pino: ['telemetry/log.ts'],
  piscina: ['rules/pool.ts'],
  'postal-mime': ['channels/email/'],
  'prom-client': ['telemetry/metrics.ts'],
  re2: ['rules/pattern-set.ts'],
  'rrule-temporal': ['rules/recurrence.ts'],
  'temporal-polyfill': ['rules/zone.ts'],
  typebox: ['resources/', 'channels/', 'ingress/', 'api/'],
  'uWebSockets.js': ['ingress/http.ts'],
  undici: ['channels/outbound.ts'],
  yaml: ['resources/yaml-file.ts'],
};

/** They say nothing of what is inside, so everything ends up there. */
const EMPTY_NAMES = /(^|\/)(utils?|helpers?|common|misc|lib|types|interfaces)(\.[a-z.]+|\/)/;

const files = sourceFiles();
const folderOf = (file: string) => file.split('/')[0]!;
const layerOf = (folder: string) => LAYERS.findIndex((layer) => layer.includes(folder));
const product = files.filter((file) => layerOf(folderOf(file)) >= 0);

function problems(check: (file: string) => readonly string[], of: readonly string[] = product): string[] {
  return of.flatMap((file) => check(file).map((problem) => `${file} ${problem}`));
}

test('every source file belongs to a folder that this test knows', () => {
  const others = new Set(['setup', 'test', 'bench', 'examples', 'deploy']);
  assert.deepEqual(
    files.filter((file) => layerOf(folderOf(file)) < 0 && !others.has(folderOf(file))),
    [],
  );
});

test('a folder imports only from itself and from folders before it', () => {
  const wrong = problems((file) =>
    importsOf(file)
      .filter(({ file: target }) => target !== null && !mayImport(folderOf(file), folderOf(target)))
      .map(({ specifier }) => `imports ${specifier}`),
  );
  assert.deepEqual(wrong, []);
});

function mayImport(from: string, to: string): boolean {
  return from === to || (layerOf(to) >= 0 && layerOf(to) < layerOf(from));
}

test('a vendor stands behind one file or folder', () => {
  const wrong = problems((file) =>
    importsOf(file)
      .filter(({ vendor, typeOnly }) => vendor !== null && !stands(vendor, typeOnly, file))
      .map(
        ({ vendor }) =>
          `imports ${vendor}, which belongs in ${VENDORS[vendor!]?.join(' or ') ?? 'no file yet: decide where and list it here'}`,
      ),
  );
  assert.deepEqual(wrong, []);
});

function stands(vendor: string, typeOnly: boolean, file: string): boolean {
  const places = VENDORS[vendor] ?? [];
  return places.some((place) => {
    const isFolder = place.endsWith('/');
    return isFolder ? file.startsWith(place) : file === place || (typeOnly && folderOf(file) === folderOf(place));
  });
}

test('every vendor listed here is a dependency, and every dependency has its place', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  assert.deepEqual(Object.keys(VENDORS).sort(), Object.keys(dependencies).sort());
});

test('deciding is pure: no vendor, no clock, no randomness, no I/O in alert/ and access/', () => {
  const pure = product.filter((file) => ['alert', 'access'].includes(folderOf(file)));
  const wrong = problems((file) => {
    const impure = importsOf(file).filter(({ specifier }) => !specifier.startsWith('.') && specifier !== 'node:crypto');
    const calls = withoutComments(read(file)).match(
      /\b(Date\.now|performance\.now|Math\.random|randomUUID|randomBytes|setTimeout|fetch)\(|new Date\(\)/g,
    );
    return [...impure.map(({ specifier }) => `imports ${specifier}`), ...(calls ?? []).map((call) => `calls ${call}`)];
  }, pure);
  assert.deepEqual(wrong, []);
});

test('nothing but tests and benchmarks imports a test, and nothing imports a benchmark or the set-up', () => {
  const wrong = problems(
    (file) =>
      importsOf(file)
        .filter(({ file: target }) => target !== null && !open(folderOf(file), folderOf(target)))
        .map(({ specifier }) => `imports ${specifier}`),
    files,
  );
  assert.deepEqual(wrong, []);
});

function open(from: string, to: string): boolean {
  if (to === 'test') return from === 'test' || from === 'bench';
  if (to === 'bench' || to === 'setup') return from === to || from === 'test';
  return true;
}

test('a relative import names a file that is there, with its extension', () => {
  const wrong = problems(
    (file) =>
      importsOf(file)
        .filter(
          ({ file: target }) =>
            target !== null && !(/\.(ts|mjs|js|json)$/.test(target) && existsSync(join(ROOT, target))),
        )
        .map(({ specifier }) => `imports ${specifier}`),
    files.filter((file) => !file.startsWith('test/support/source-tree') && file !== 'test/structure.test.ts'),
  );
  assert.deepEqual(wrong, []);
});

test('product files import by a literal path, so that this test sees every import', () => {
  // Its one job is to load what an operator wrote.
  assert.deepEqual(product.filter(importsComputed), ['rules/plugin-worker.ts']);
});

test('a start does not load what its thread has no use for: a tenth of a second each', () => {
  const main = vendorsLoadedBy('gateway/start.ts');
  assert.ok(main.has('typebox') && main.has('uWebSockets.js'), 'it follows imports');
  assert.deepEqual(
    ['kysely', 'better-sqlite3', 'imapflow'].filter((vendor) => main.has(vendor)),
    [],
    'the database is open in the archive thread, and few have an inbox',
  );
  const archive = vendorsLoadedBy('gateway/archive-thread.ts');
  assert.ok(archive.has('kysely'), 'it follows imports');
  assert.deepEqual(
    ['typebox', 'uWebSockets.js', 'yaml', 'undici', 'prom-client'].filter((vendor) => archive.has(vendor)),
    [],
    'the archive reads no resources and serves nobody',
  );
});

test('no file or folder has a name that says nothing', () => {
  assert.deepEqual(
    files.filter((file) => EMPTY_NAMES.test(file)),
    [],
  );
});

test('the reader of imports sees every form of one', () => {
  const source = [
    "import a from './a.ts';",
    "import type { B } from '../alert/b.ts';",
    "import {\n  c,\n  type D,\n} from '@scope/c/sub';",
    "import './e.ts';",
    "export * from './f.ts';",
    "export { g } from 'g';",
    "const h = await import('./h.ts');",
    "type I = import('./i.ts').I;",
    "const worker = new URL('./j.ts', import.meta.url);",
    "// import k from './k.ts';",
    "/* import l from './l.ts'; */",
  ].join('\n');
  const found = importsOf('rules/x.ts', source);
  assert.deepEqual(
    found.map(({ file, vendor }) => file ?? vendor).sort(),
    ['@scope/c', 'alert/b.ts', 'g', ...['a', 'e', 'f', 'h', 'i', 'j'].map((name) => `rules/${name}.ts`)].sort(),
  );
});

test('the reader of imports knows those of types alone', () => {
  const source = "import { a, type B } from 'one';\nimport type { C } from 'two';\nexport type { D } from 'three';";
  assert.deepEqual(
    importsOf('rules/x.ts', source).map(({ typeOnly }) => typeOnly),
    [false, true, true],
  );
  assert.deepEqual(
    importsOf('rules/x.ts', `${source}\nawait import('four');`).map(({ atOnce }) => atOnce),
    [true, false, false, false],
  );
});

test('docs/what-happens-to-an-alert.md names only files that exist', () => {
  const named = [...read('docs/what-happens-to-an-alert.md').matchAll(/`([a-z][\w-]*(?:\/[\w.-]+)+)`/g)].map(
    (match) => match[1]!,
  );
  assert.ok(named.length > 10, `it names ${named.length} files`);
  assert.deepEqual(
    named.filter((file) => !existsSync(join(ROOT, file))),
    [],
  );
});

test('docs/requirements.md names files that exist, and tests whose titles carry the id', () => {
  const rows = requirementRows();
  assert.ok(rows.length > 0, 'it has rows like `| BR-WH-008 | alert/lifecycle.ts | test/alert/lifecycle.test.ts |`');
  const wrong = rows.flatMap(({ id, paths }) => [
    ...(paths.some((path) => path.startsWith('test/')) ? [] : [`${id} names no test`]),
    ...paths.filter((path) => !existsSync(join(ROOT, path))).map((path) => `${id} names ${path}, which is not there`),
    ...paths
      .filter((path) => path.endsWith('.test.ts') && existsSync(join(ROOT, path)) && !titledIds(path).has(id))
      .map((path) => `${id} names ${path}, where no test's title carries it`),
  ]);
  assert.deepEqual(wrong, []);
});

test('docs/requirements.md has one row for each id', () => {
  const ids = requirementRows().map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id, place) => ids.indexOf(id) !== place),
    [],
  );
});

test('every requirement in the title of a test stands in docs/requirements.md', () => {
  const known = new Set(requirementRows().map(({ id }) => id));
  const tests = files.filter((file) => file.endsWith('.test.ts') && file !== 'test/structure.test.ts');
  assert.deepEqual(
    problems((file) => [...titledIds(file)].filter((id) => !known.has(id)).map((id) => `carries ${id}`), tests),
    [],
  );
});

/** Rows of its tables: the id in the first cell, files and tests in the others. */
function requirementRows(): { id: string; paths: string[] }[] {
  const rows = read('docs/requirements.md').matchAll(/^\|\s*`?(BR-[A-Z]+-[A-Z]?\d+)`?\s*\|(.*)$/gm);
  return [...rows].map((row) => ({
    id: row[1]!,
    paths: [...row[2]!.matchAll(/[\w.-]+(?:\/[\w.-]+)+/g)].map((match) => match[0]),
  }));
}

/** `[BR-WH-008]` or `[BR-WH-008, BR-REL-013]` anywhere in the file, which is in titles only. */
function titledIds(file: string): Set<string> {
  const brackets = read(file).match(/\[BR-[^\]]*\]/g) ?? [];
  return new Set(brackets.flatMap((text) => text.match(/BR-[A-Z]+-[A-Z]?\d+/g) ?? []));
}

test('a line of the log says by its field event what happened', () => {
  const calls = sourceFiles().flatMap((file) => {
    const fields = withoutComments(read(file)).matchAll(
      /\blog(?:\(\))?\.(?:debug|info|warn|error)\(\s*\{([^;]*?)\}\s*,/g,
    );
    return Array.from(fields, ([, inside = '']) => ({ file, inside }));
  });
  assert.ok(calls.length > 60, `${calls.length} lines of the log`);
  for (const { file, inside } of calls) assert.match(inside, /\bevent\b|\.\.\./, `${file}: ${inside.trim()}`);
});

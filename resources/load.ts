/** From a directory to resources in force, or to everything that is wrong with them. A bad set is never used in part. */

import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ListRead, readLists, withContent } from './audience.ts';
import type { ChannelTypes } from './channel.ts';
import { clusterDocuments } from './cluster-namespaces.ts';
import { type Checked, compileResources, type ResourceSet } from './compile.ts';
import { crossCheck } from './cross-check.ts';
import { declare } from './declare.ts';
import { pluginModule, withDigest } from './plugin.ts';
import { listProblems, type Problem, type ProblemList } from './problem.ts';
import { resolvedFaults } from './resolved-faults.ts';
import type { Declared } from './resource.ts';
import type { SchemaNode } from './schema-walk.ts';
import { resolveSecrets, type StoredRead } from './secret.ts';
import { type TextRules, templateProblems } from './template-check.ts';
import { readTree } from './tree.ts';
import { parseYaml } from './yaml-file.ts';

export interface LoadOptions {
  readonly channelTypes: ChannelTypes;
  /** What only the channel itself can judge, as it is about to be made. `path` is below spec: `tls.caFile`. */
  checkChannel?(
    type: string,
    options: Readonly<Record<string, unknown>>,
  ): { readonly path: string; readonly message: string } | null;
  /** What is wrong with an address in the terms of a type of channel; null: nothing, or it cannot be told. */
  addressFault?(type: string, address: string): string | null;
  /** Of the channels, for Templates. */
  readonly texts?: TextRules;
  /** Of the encrypted store. Left out: nothing is known of it here, and what refers to it is taken as right. */
  stored?(tenant: string, name: string): StoredRead;
  /** For references to secrets. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What a load has looked at, for watch.ts. */
export interface Looked {
  /** Changes with the content of any file or secret. */
  readonly fingerprint: string;
  readonly directories: readonly string[];
}

export type LoadResult = Looked &
  (({ readonly ok: true } & { readonly set: ResourceSet }) | ({ readonly ok: false } & ProblemList));

/** `dir`: as the operator gave it; problems name files by it. */
export async function loadResources(dir: string, options: LoadOptions): Promise<LoadResult> {
  const tree = await readTree(dir);
  const parsed = await inSlices(tree.files, ({ file, bytes }) => parseYaml(file, bytes));
  const documents = parsed.flatMap((file) => file.documents.flatMap(clusterDocuments));
  const declarations = await inSlices(documents, (document) => declare(document, options.channelTypes));
  const resources = declarations.flatMap((declaration) => declaration.resource ?? []);
  const lists = await readLists(resources, options.addressFault);
  const secrets = resources.map((resource) => withSecrets(dir, resource, options, lists));
  const problems = [
    ...tree.problems,
    ...parsed.flatMap((file) => file.problems),
    ...declarations.flatMap((declaration) => declaration.problems),
    ...secrets.flatMap((one) => one.problems),
    ...crossCheck(resources),
    ...templateProblems(resources, options.texts),
  ];
  const looked: Looked = {
    fingerprint: fingerprintOf(tree.files, tree.problems, secrets),
    directories: [...new Set([...tree.directories, ...secrets.flatMap((one) => one.files.flatMap(directoriesOf))])],
  };
  if (problems.length === 0 && resources.length === 0) problems.push(noResources(dir));
  if (problems.length > 0) return { ...looked, ok: false, ...listProblems(problems) };
  const set = compileResources(
    secrets.map((one) => one.checked),
    tree.files.map(({ file }) => file),
  );
  const refused = judgeChannels(set, secrets, options);
  return refused.length > 0 ? { ...looked, ok: false, ...listProblems(refused) } : { ...looked, ok: true, set };
}

/** A link is replaced in its own directory, what it leads to perhaps in another. */
function directoriesOf(file: string): string[] {
  try {
    return [dirname(file), dirname(realpathSync(file))];
  } catch {
    return [dirname(file)];
  }
}

/** Partitions decide in this thread, too: between two files, and between some documents, the event loop goes round. */
async function inSlices<T, R>(items: readonly T[], take: (item: T) => R): Promise<R[]> {
  const taken: R[] = [];
  let since = performance.now();
  for (const item of items) {
    if (performance.now() - since > SLICE) {
      await nextTurn();
      since = performance.now();
    }
    taken.push(take(item));
  }
  await nextTurn();
  return taken;
}

/** Milliseconds. */
const SLICE = 10;

interface WithSecrets {
  readonly checked: Checked;
  readonly problems: readonly Problem[];
  readonly files: readonly string[];
  /** Not all of its secrets are known. */
  readonly untold: boolean;
}

function withSecrets(
  dir: string,
  declared: Declared,
  options: LoadOptions,
  lists: ReadonlyMap<Declared, ListRead>,
): WithSecrets {
  const read = lists.get(declared);
  if (read !== undefined) {
    const { list, digest, size, problems, file } = read;
    const resolved = withContent(declared.spec, digest, size);
    return {
      checked: { declared, resolved, ...(list === null ? {} : { list }) },
      problems,
      files: [file],
      untold: false,
    };
  }
  const module = pluginModule(dir, declared);
  if (module !== null) {
    const { digest, problem, file } = module;
    const problems = problem === null ? [] : [declared.document.problem(['spec', 'module'], problem)];
    return {
      checked: { declared, resolved: withDigest(declared.spec, digest) },
      problems,
      files: [file],
      untold: false,
    };
  }
  const source = {
    env: options.env ?? process.env,
    declaredIn: resolve(declared.document.file),
    stored: (name: string) => options.stored?.(declared.tenant, name) ?? null,
  };
  const { value, faults, files, untold } = resolveSecrets(declared.schema as SchemaNode, declared.spec, source);
  const found = declared.valid && faults.length === 0 ? resolvedFaults(declared, value, untold) : faults;
  const problems = found.map((fault) => {
    const problem = declared.document.problem(['spec', ...fault.path], fault.message);
    return found === faults ? { ...problem, ofSecret: true as const } : problem;
  });
  return { checked: { declared, resolved: value, untold }, problems, files, untold };
}

function judgeChannels(set: ResourceSet, secrets: readonly WithSecrets[], options: LoadOptions): Problem[] {
  return secrets.flatMap(({ checked: { declared }, untold }) => {
    const channel =
      declared.kind === 'Channel' && !untold ? set.channels.get(`${declared.tenant}/${declared.name}`) : undefined;
    const fault = channel === undefined ? null : (options.checkChannel?.(channel.type, channel.options) ?? null);
    return fault === null ? [] : [declared.document.problem(['spec', ...fault.path.split('.')], fault.message)];
  });
}

function fingerprintOf(
  files: readonly { file: string; bytes: Uint8Array }[],
  problems: readonly Problem[],
  secrets: readonly WithSecrets[],
): string {
  const hash = createHash('sha256');
  for (const { file, bytes } of files) hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  // The secrets are in here only as a hash that never leaves the process: a rotated one is a change like any other.
  return hash
    .update(JSON.stringify([problems, secrets.map((one) => [one.checked.resolved, one.problems])]))
    .digest('hex');
}

function noResources(dir: string): Problem {
  return { file: dir, line: 0, column: 0, path: '', message: 'declares nothing; allowed: at least one resource' };
}

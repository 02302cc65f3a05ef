/**
 * Plugin: an operator's own code that has a say about alerts. The module lies below the configuration folder and its content
 * counts as part of the resource: a changed one is a change of the policy.
 */

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import Type from 'typebox';
import type { PluginRule } from '../alert/advice.ts';
import type { PluginSpec } from '../rules/plugin-launch.ts';
import { checkedMatcher } from './matcher.ts';
import { matcherSchema } from './matcher-schema.ts';
import { type Declared, durationSchema, fieldOf, milliseconds } from './resource.ts';
import type { Fault } from './validate.ts';

export const pluginSpec = Type.Object(
  {
    kind: Type.Enum(['filter', 'correlator']),
    module: Type.String({
      pattern: '\\.(mjs|js|ts)$',
      description: 'the path of an ES module (.mjs, .js or .ts), from the folder of this file',
    }),
    timeout: Type.Optional(durationSchema(1)),
    memory: Type.Optional(Type.Integer({ minimum: 8, maximum: 2048, description: 'MiB, from 8 to 2048' })),
    matchers: Type.Optional(Type.Array(matcherSchema, { minItems: 1 })),
    dropProduction: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

type DeclaredPlugin = Type.Static<typeof pluginSpec>;

const TIMEOUT = { filter: 200, correlator: 2000 } as const;
/** A partition waits for a filter; correlation for a correlator, and has ten seconds for all of it. Milliseconds. */
const LONGEST_TIMEOUT = { filter: 2000, correlator: 4000 } as const;
const MEMORY = 64;
const LARGEST_MODULE = 16 * 1024 * 1024;

/** What the schema, which has checked it, cannot say. */
export function pluginFaults(spec: unknown): Fault[] {
  const { kind, timeout, matchers, dropProduction } = spec as DeclaredPlugin;
  const faults: Fault[] = [];
  const most = LONGEST_TIMEOUT[kind];
  if (timeout !== undefined && milliseconds(timeout) > most) {
    const message = `is ${JSON.stringify(timeout)}; allowed: at most ${most / 1000}s, for alerts wait as long`;
    faults.push({ path: ['spec', 'timeout'], message, target: 'value' });
  }
  for (const [field, value] of Object.entries({ matchers, dropProduction })) {
    if (kind === 'filter' || value === undefined) continue;
    const message = 'does not belong to a correlator; the CorrelationRule that names it says what it is asked about';
    faults.push({ path: ['spec', field], message, target: 'key' });
  }
  return faults;
}

export interface PluginModule {
  /** Of its content; empty where it cannot be read. */
  readonly digest: string;
  /** Why it cannot be used; null: it can. */
  readonly problem: string | null;
  /** Absolute, to be watched. */
  readonly file: string;
}

/** null: the resource is no Plugin, or names no module. `folder`: the configuration folder. */
export function pluginModule(folder: string, declared: Declared): PluginModule | null {
  const module = fieldOf(declared.spec, 'module');
  if (declared.kind !== 'Plugin' || typeof module !== 'string') return null;
  const file = moduleFile(declared);
  const refuse = (problem: string): PluginModule => ({ digest: '', problem, file });
  const below = relative(resolve(folder), file);
  if (isAbsolute(module) || isAbsolute(below) || below.startsWith('..')) {
    return refuse(`is ${JSON.stringify(module)}, which is not below ${folder}; allowed: a module in that folder`);
  }
  try {
    const { size } = statSync(file);
    if (size > LARGEST_MODULE) return refuse(`has ${size} bytes; allowed: ${LARGEST_MODULE}`);
    return { digest: createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16), problem: null, file };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return refuse(
      `is ${JSON.stringify(module)}, which cannot be read (${code}); allowed: a module, from the folder of this file`,
    );
  }
}

function moduleFile({ spec, document }: Declared): string {
  return resolve(dirname(document.file), (spec as DeclaredPlugin).module);
}

/** What was declared, and the module's content: the resource as its hash sees it. */
export function withDigest(spec: unknown, digest: string): unknown {
  return { ...(spec as DeclaredPlugin), digest };
}

export interface CompiledPlugins {
  /** Filters. */
  rules(tenant: string): readonly PluginRule[];
  /** By key. */
  readonly specs: ReadonlyMap<string, PluginSpec>;
}

interface CheckedPlugin {
  readonly declared: Declared;
  /** By `withDigest`. */
  readonly resolved: unknown;
}

/** In the order of their names. */
export function compilePlugins(plugins: readonly CheckedPlugin[]): CompiledPlugins {
  const byName = [...plugins].sort((a, b) => (a.declared.name < b.declared.name ? -1 : 1));
  const filters = byName.filter(({ declared }) => (declared.spec as DeclaredPlugin).kind === 'filter');
  const tenants = [...Map.groupBy(filters, ({ declared }) => declared.tenant)];
  const rules = new Map(tenants.map(([tenant, own]) => [tenant, Object.freeze(own.map(ruleOf))]));
  const specs = new Map(byName.map((plugin) => [keyOf(plugin.declared), specOf(plugin)]));
  return { rules: (tenant) => rules.get(tenant) ?? NONE, specs };
}

const NONE: readonly PluginRule[] = Object.freeze([]);

function keyOf({ tenant, name }: Declared): string {
  return `${tenant}/${name}`;
}

function ruleOf({ declared }: CheckedPlugin): PluginRule {
  const { matchers = [], dropProduction = false } = declared.spec as DeclaredPlugin;
  return Object.freeze({ key: keyOf(declared), matchers: matchers.map(checkedMatcher), dropProduction });
}

function specOf({ declared, resolved }: CheckedPlugin): PluginSpec {
  const { kind, timeout, memory = MEMORY } = declared.spec as DeclaredPlugin;
  return {
    key: keyOf(declared),
    kind,
    module: moduleFile(declared),
    digest: String(fieldOf(resolved, 'digest')),
    timeout: timeout === undefined ? TIMEOUT[kind] : milliseconds(timeout),
    memory,
  };
}

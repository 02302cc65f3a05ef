/** What a changed configuration would do to every namespace that is known, before it is put in force. */

import { resolve } from 'node:path';
import type { Environment } from '../../alert/alert.ts';
import type { NamespaceAttributes } from '../../alert/namespace.ts';
import type { Placement } from '../../alert/promotion-state.ts';
import type { ResourceSet } from '../../resources/compile.ts';
import { compareBacktest, type EnvironmentChange, type KnownNamespace } from '../../rules/backtest.ts';
import { NO_POLICY } from '../../rules/environment-rules.ts';
import { type BulkClassification, createRulesPool, type RulesPool } from '../../rules/pool.ts';
import { mayLeave } from '../../rules/production-loss.ts';
import type { ProfileRules } from '../../rules/profile.ts';
import { printBacktest } from '../backtest-report.ts';
import { CLIENT_OPTIONS, type Client, createClient, isRecord, records } from '../client.ts';
import { type Command, CommandFailed, type Input } from '../command.ts';
import { linesOf } from '../names.ts';
import { resourcesIn } from '../resources.ts';

export const backtest: Command = {
  usage: ['backtest [DIR]', 'backtest [DIR] --names FILE|-'],
  description:
    'Classifies every namespace that the running Herald has ever seen by the resources in the folder, a candidate, and tells\n' +
    'what its patterns cover, what would change, and which production namespace would pass for less: with one of those it\n' +
    'fails, unless leavesProduction of its EnvironmentPolicy names it. Where people put a namespace counts on both sides. With --names it takes names from a file instead, one `NAMESPACE` or `TENANT/NAMESPACE` a line, and compares with\n' +
    'the resources of HERALD_CONFIG or --config.',
  options: {
    names: { type: 'string', value: 'FILE|-', description: 'take these names instead of asking the running Herald' },
    'allow-production-loss': { type: 'boolean', description: 'do not fail when a production namespace becomes lesser' },
    json: { type: 'boolean', description: 'print the whole result as one JSON object' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 0, max: 1 },
  async run(input) {
    const pool = createRulesPool();
    try {
      // Its thread starts while the resources are read.
      const [{ candidate, known }] = await Promise.all([whatToTest(input), pool.classifyAll(NO_RULES, [])]);
      const result = compareBacktest(known, await classifyAll(known, candidate, pool));
      const meant = ({ tenant, namespace }: EnvironmentChange) =>
        mayLeave(candidate.profiler(tenant).rules.environments)(namespace);
      const refused = input.options['allow-production-loss'] !== true && result.losses.some((loss) => !meant(loss));
      if (input.options.json === true) input.print.json({ ...result, policy: candidate.policy.hash, refused });
      else printBacktest(result, refused, input.print);
      return refused ? 1 : 0;
    } finally {
      await pool.close();
    }
  },
};

const NO_RULES: ProfileRules = { tenant: '', environments: NO_POLICY, classes: [], labels: {}, naming: null };

async function whatToTest(input: Input): Promise<{ candidate: ResourceSet; known: readonly KnownNamespace[] }> {
  const { positionals, options, environment } = input;
  const folder = positionals[0] === undefined ? environment.config : resolve(positionals[0]);
  const candidate = await resourcesIn(folder);
  if (options.names === undefined) return { candidate, known: await seenBy(createClient(input)) };
  const now = folder === environment.config ? candidate : await resourcesIn(environment.config);
  return { candidate, known: await listed(String(options.names), now) };
}

/** By name. */
function placedAmong(known: readonly KnownNamespace[]): Map<string, Placement> {
  return new Map(known.flatMap(({ namespace, placed }) => (placed === undefined ? [] : [[namespace, placed]])));
}

const PAGE = 500;

/** As they were decided last, with whose they are by the resources in force there. */
async function seenBy(client: Client): Promise<KnownNamespace[]> {
  const known: KnownNamespace[] = [];
  for (let cursor = ''; ; ) {
    const page = await client.get(`/v1/namespaces?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`);
    if (!isRecord(page)) throw new CommandFailed(`${client.base}/v1/namespaces gave no list`);
    for (const one of records(page.namespaces)) known.push(knownOf(one));
    if (typeof page.next !== 'string') return known;
    cursor = page.next;
  }
}

function knownOf(one: Record<string, unknown>): KnownNamespace {
  const { tenant, namespace, environment, placement } = one;
  const { businessUnit, owner, costCenter, criticality, slo, compliance, calendar } = one;
  const attributes = { businessUnit, owner, costCenter, criticality, slo, compliance, calendar };
  return {
    tenant: String(tenant),
    namespace: String(namespace),
    environment: environment as Environment,
    attributes: attributes as NamespaceAttributes,
    ...(isRecord(placement) ? { placed: placement as unknown as Placement } : {}),
  };
}

async function listed(file: string, now: ResourceSet): Promise<KnownNamespace[]> {
  const known: KnownNamespace[] = [];
  for await (const line of linesOf(file)) {
    const slash = line.indexOf('/');
    const [tenant, namespace] = slash < 0 ? ['default', line] : [line.slice(0, slash), line.slice(slash + 1)];
    const profile = now.policy.profile(tenant, namespace);
    known.push({ tenant, namespace, environment: profile.environment, attributes: profile });
  }
  return known;
}

/** In the order of `known`; each tenant by its own resources. */
async function classifyAll(
  known: readonly KnownNamespace[],
  { profiler }: ResourceSet,
  pool: RulesPool,
): Promise<BulkClassification[]> {
  const found: BulkClassification[] = [];
  for (const [tenant, places] of Map.groupBy(known.keys(), (i) => known[i]!.tenant)) {
    const names = places.map((i) => known[i]!.namespace);
    const result = await pool.classifyAll(profiler(tenant).rules, names, placedAmong(places.map((i) => known[i]!)));
    if (!result.ok) throw new CommandFailed(`a pattern of tenant ${tenant} is wrong: ${result.problems[0]?.message}`);
    for (const [n, i] of places.entries()) found[i] = result.classifications[n]!;
  }
  return found;
}

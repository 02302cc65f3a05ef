/**
 * MetricSource: where the metric of an alert can be had, for a chart in what is sent. A Prometheus, or what answers like one. Only the
 * address that stands here is ever asked: an alert's own link says which expression it is, and at most which MetricSource.
 */

import Type from 'typebox';
import type { Alert } from '../alert/alert.ts';
import type { Problem } from './problem.ts';
import { type Declared, durationSchema, listOf, milliseconds } from './resource.ts';
import { secretReference } from './secret.ts';
import { didYouMean, type Fault } from './validate.ts';

/** No credentials in the address: secrets never stand in resources. */
const url = Type.Refine(
  Type.String({ pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$', description: 'an http or https URL without a query' }),
  (text) => URL.canParse(text),
  () => 'must be an http or https URL without credentials and without a query',
);

const source = Type.String({ pattern: '^source/[a-z0-9-]{1,63}$', description: 'a source such as source/prometheus' });

const basic = Type.Object(
  { user: Type.String({ minLength: 1 }), password: secretReference },
  { additionalProperties: false, description: 'a user with a password' },
);

export const metricSourceSpec = Type.Object(
  {
    url,
    sources: Type.Array(source, { minItems: 1 }),
    generatorURLs: Type.Optional(Type.Array(url, { minItems: 1 })),
    auth: Type.Optional(
      Type.Object(
        { basic: Type.Optional(basic), bearer: Type.Optional(secretReference) },
        { additionalProperties: false, description: 'one of basic, bearer' },
      ),
    ),
    window: Type.Optional(durationSchema(1)),
    allowPrivateAddresses: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: false },
);

type Declaration = Type.Static<typeof metricSourceSpec>;

/** With the secrets put in. */
type ResolvedSpec = Omit<Declaration, 'auth'> & {
  readonly auth?: { readonly basic?: { readonly user: string; readonly password: string }; readonly bearer?: string };
};

const WINDOW = { usual: 3_600_000, least: 5 * 60_000, most: 7 * 86_400_000 } as const;

/** What the schema, which has checked it, cannot say. */
export function metricSourceFaults(checked: unknown): Fault[] {
  const { auth, window } = checked as Declaration;
  const faults: Fault[] = [];
  const ways = Object.keys(auth ?? {}).length;
  if (auth !== undefined && ways !== 1) {
    const message = `holds ${ways} ways; allowed: one of basic, bearer`;
    faults.push({ path: ['spec', 'auth'], message, target: 'key' });
  }
  const length = window === undefined ? WINDOW.usual : milliseconds(window);
  if (length < WINDOW.least || length > WINDOW.most) {
    const message = `is ${JSON.stringify(window)}; allowed: 5m to 7d`;
    faults.push({ path: ['spec', 'window'], message, target: 'value' });
  }
  return faults;
}

/** References to Sources that the tenant does not have. */
export function unknownMetricSenders(resources: readonly Declared[]): Problem[] {
  const senders = Map.groupBy(
    resources.filter(({ kind }) => kind === 'Source'),
    ({ tenant }) => tenant,
  );
  return resources
    .filter(({ kind }) => kind === 'MetricSource')
    .flatMap(({ tenant, spec, document }) => {
      const names = (senders.get(tenant) ?? []).map(({ name }) => `source/${name}`);
      return listOf(spec, 'sources').flatMap((name, i) => {
        if (typeof name !== 'string' || names.includes(name)) return [];
        const there = names.length === 0 ? 'it has none' : `allowed: ${names.join(', ')}`;
        const message = `is ${JSON.stringify(name)}, but tenant ${tenant} has no such Source${didYouMean(name, names)}; ${there}`;
        return [document.problem(['spec', 'sources', i], message)];
      });
    });
}

export interface MetricSource {
  /** tenant/name */
  readonly key: string;
  /** Without a slash at its end. */
  readonly url: string;
  /** Value of the header; null: none. */
  readonly authorization: string | null;
  /** What must not be told to people. */
  readonly secrets: readonly string[];
  /** Milliseconds. */
  readonly window: number;
  readonly allowPrivateAddresses: boolean;
}

export type AboutMetric = Pick<Alert, 'tenant' | 'source' | 'generatorURL'>;

/** null: its metric cannot be had. */
export type FindMetricSource = (alert: AboutMetric) => MetricSource | null;

interface Candidate {
  readonly source: MetricSource;
  readonly senders: ReadonlySet<string>;
  /** null: whatever the link of the alert is. */
  readonly links: readonly string[] | null;
}

/** The first by name that fits. `checked`: by metricSourceSpec, with the secrets put in. */
export function compileMetricSources(
  checked: readonly { readonly declared: Declared; readonly resolved: unknown }[],
): FindMetricSource {
  const byName = [...checked].sort((a, b) => (a.declared.name < b.declared.name ? -1 : 1));
  const byTenant = Map.groupBy(byName, ({ declared }) => declared.tenant);
  const candidates = new Map([...byTenant].map(([tenant, own]) => [tenant, own.map(candidateOf)]));
  return ({ tenant, source: sender, generatorURL }) => {
    const fits = ({ senders, links }: Candidate) =>
      senders.has(sender) && (links === null || links.some((link) => isBelow(generatorURL, link)));
    return candidates.get(tenant)?.find(fits)?.source ?? null;
  };
}

function candidateOf({ declared: { tenant, name }, resolved }: { declared: Declared; resolved: unknown }): Candidate {
  const spec = resolved as ResolvedSpec;
  return {
    source: {
      key: `${tenant}/${name}`,
      url: withoutSlash(spec.url),
      ...credentialsOf(spec.auth),
      window: spec.window === undefined ? WINDOW.usual : milliseconds(spec.window),
      allowPrivateAddresses: spec.allowPrivateAddresses ?? false,
    },
    senders: new Set(spec.sources.map((reference) => reference.slice('source/'.length))),
    links: spec.generatorURLs?.map(withoutSlash) ?? null,
  };
}

function credentialsOf(auth: ResolvedSpec['auth']): Pick<MetricSource, 'authorization' | 'secrets'> {
  if (auth?.bearer !== undefined) {
    const token = auth.bearer.trim();
    return { authorization: `Bearer ${token}`, secrets: [token] };
  }
  if (auth?.basic === undefined) return { authorization: null, secrets: [] };
  const { user, password } = auth.basic;
  const encoded = Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
  return { authorization: `Basic ${encoded}`, secrets: [password, encoded] };
}

function withoutSlash(text: string): string {
  return new URL(text).href.replace(/\/+$/, '');
}

/** `http://prom:9090` is not above `http://prom:9090.example/`. */
function isBelow(link: string, above: string): boolean {
  if (!URL.canParse(link)) return false;
  const { href } = new URL(link);
  return href.startsWith(above) && /^[/?#]?$/.test(href.slice(above.length, above.length + 1));
}

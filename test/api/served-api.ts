/** The operators' API behind a real HTTP server, over a real archive file; commands go to a partition played by the test. */

import type { ApiKey } from '../../access/api-key.ts';
import type { AuditRecord } from '../../access/audit-chain.ts';
import { OPEN } from '../../access/identity.ts';
import type { CommandReply } from '../../alert/alert-state.ts';
import type { CommandEntry, PromotionEntry, ReplayEntry, SilenceEntry, SubmitEntry } from '../../alert/entry.ts';
import type { User } from '../../alert/people.ts';
import { reason } from '../../alert/reason.ts';
import type { SilenceRule } from '../../alert/silence.ts';
import { type Authority, guarded } from '../../api/guard.ts';
import type {
  Activation,
  DeclaredChannel,
  OperatorPorts,
  PreviewWish,
  RuleStanding,
} from '../../api/operator-ports.ts';
import { operatorRoutes } from '../../api/routes.ts';
import type { StoredSecret } from '../../api/secrets.ts';
import { Projector } from '../../archive/project.ts';
import { QUERIES } from '../../archive/queries/registry.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { uncounted } from '../../ingress/access-metrics.ts';
import { startHttpServer } from '../../ingress/http.ts';
import type { Route } from '../../ingress/route.ts';
import type { FindHearer } from '../../resources/hearing.ts';
import type { OwnSubscription } from '../../resources/own-subscription.ts';
import type { Subscribed } from '../../resources/subscription.ts';
import type { ShiftChange } from '../../rules/shift-change.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from '../archive/archive-file.ts';
import { commits, T0 } from '../archive/journal-of.ts';
import { atEnd } from '../support/leaks.ts';
import { aProfile } from '../support/namespace-profile.ts';

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly retryAfter: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
  readonly body: any;
}

const AN_ACTIVATION = {
  hash: 'p1',
  resources: 'r1',
  count: 7,
  files: ['config/routes.yaml'],
  fileCount: 1,
  at: T0 - 60_000,
  process: 'host:1',
};

const A_RULE = {
  tenant: 'acme',
  filter: 'noise',
  rule: 'drops',
  action: 'drop',
  matched: 3,
  notMatched: 4,
  errors: 0,
};

export function aSecret(tenant: string, name: string): StoredSecret {
  return { tenant, name, updatedAt: T0, updatedBy: 'x', key: 'k', current: true, readable: true };
}

export class ServedApi {
  readonly commands: Omit<CommandEntry, 'replyTo'>[] = [];
  readonly silences: Omit<SilenceEntry, 'replyTo'>[] = [];
  readonly promotions: Omit<PromotionEntry, 'replyTo'>[] = [];
  readonly replays: Omit<ReplayEntry, 'replyTo'>[] = [];
  readonly submissions: Omit<SubmitEntry, 'replyTo'>[] = [];
  readonly previewed: PreviewWish[] = [];
  preview: OperatorPorts['preview'] = async (wish) =>
    this.channels.some(({ tenant, name }) => tenant === wish.tenant && name === wish.channel)
      ? { type: 'webhook', messages: [], failures: [], detail: '' }
      : null;
  channels: DeclaredChannel[] = [
    { tenant: 'acme', name: 'ops', type: 'webhook', fallback: 'sms', members: [] },
    { tenant: 'other', name: 'ops', type: 'console', fallback: null, members: [] },
  ];
  reply: () => Promise<CommandReply> = async () => ({ ok: true, status: 200, reasons: [reason('alert.acknowledged')] });
  query: OperatorPorts['query'] = async () => {
    throw new Error('no archive');
  };
  declaredSilences: SilenceRule[] = [];
  schedules: ReturnType<OperatorPorts['schedules']> = [];
  now = T0;
  /** Names of identities to names of users. */
  persons: Readonly<Record<string, string>> = {};
  users: readonly User[] = [];
  declaredSubscriptions: readonly Subscribed[] = [];
  hearer: FindHearer = () => null;
  readonly subscriptions = new Map<string, readonly OwnSubscription[]>();
  /** True: somebody else was faster. */
  meanwhile: () => boolean = () => false;
  readonly shifts = new Map<string, readonly ShiftChange[]>();
  readonly keys = new Map<string, ApiKey>();
  readonly secrets = new Map<string, StoredSecret>();
  random: () => Uint8Array = () => Buffer.alloc(32, 'r');
  rules: RuleStanding = { policy: 'p1', processes: 1, rules: [A_RULE] };
  activations: Activation[] = [AN_ACTIVATION, { ...AN_ACTIVATION, hash: 'p0', at: T0 - 120_000 }];
  #base = '';

  audited: AuditRecord[] = [];
  readonly ports: OperatorPorts = {
    audit: async ({ limit, before = Number.POSITIVE_INFINITY, after }) =>
      (after === undefined
        ? this.audited.filter(({ position }) => position < before).toReversed()
        : this.audited.filter(({ position }) => position > after)
      ).slice(0, limit),
    schedules: () => this.schedules,
    people: {
      user: (_, name) => this.users.find((one) => one.name === name) ?? null,
      person: (_, name) => this.persons[name] ?? null,
    },
    subscriptions: {
      all: () => this.subscriptions,
      change: async ({ tenant }, decide) => {
        const decided = decide(this.subscriptions.get(tenant) ?? []);
        if ('all' in decided) this.subscriptions.set(tenant, decided.all);
        return decided;
      },
    },
    overrides: {
      of: (tenant, schedule) => this.shifts.get(`${tenant}/${schedule}`) ?? [],
      change: async ({ tenant, schedule }, decide) => {
        const first = decide(this.shifts.get(`${tenant}/${schedule}`) ?? []);
        const decided = this.meanwhile() ? decide(this.shifts.get(`${tenant}/${schedule}`) ?? []) : first;
        if ('all' in decided) this.shifts.set(`${tenant}/${schedule}`, decided.all);
        return decided;
      },
    },
    query: (name, params) => this.query(name, params),
    command: (entry) => {
      this.commands.push(entry);
      return this.reply();
    },
    silence: (entry) => {
      this.silences.push(entry);
      return this.reply();
    },
    promotion: (entry) => {
      this.promotions.push(entry);
      return this.reply();
    },
    replay: (entry) => {
      this.replays.push(entry);
      return this.reply();
    },
    submit: (entry) => {
      this.submissions.push(entry);
      return this.reply();
    },
    preview: (wish) => {
      this.previewed.push(wish);
      return this.preview(wish);
    },
    channels: () => this.channels,
    status: async () => ({ version: '0.1.0', partitions: [] }),
    profile: (tenant, namespace) => aProfile({ tenant, namespace, owner: 'team-shop' }),
    declared: {
      tenants: () => ['acme', 'other', 'default'],
      silences: () => this.declaredSilences.map(({ silence }) => silence),
      subscriptions: () => ({ declared: this.declaredSubscriptions, hearer: this.hearer }),
      limit: (_, rule) => (rule === 'limit/default/P3' ? 100 : null),
    },
    policies: {
      last: async (limit) => this.activations.slice(0, limit),
      of: async (hash) => this.activations.find((one) => one.hash === hash) ?? null,
    },
    place: (tenant, { code }) =>
      code === 'route.matched' ? { rule: `Route ${tenant}/root spec`, file: 'config/routes.yaml', line: 3 } : null,
    rules: async () => this.rules,
    apiKeys: {
      keys: () => this.keys,
      put: async (key) => {
        this.keys.set(key.name, key);
        return true;
      },
      random: () => this.random(),
      now: () => this.now,
    },
    secrets: {
      problem: () => null,
      list: () => [...this.secrets.values()],
      set: async ({ tenant, name }) => void this.secrets.set(`${tenant}/${name}`, aSecret(tenant, name)),
      delete: async ({ tenant, name }) => this.secrets.delete(`${tenant}/${name}`),
      rotate: async (secrets) => ({ resealed: 0, current: secrets.length, failed: [], key: 'k' }),
    },
    alertmanager: {
      tenant: () => 'acme',
      receivers: () => ['console', 'ops'],
      silences: () => this.declaredSilences,
      config: () => 'route: { receiver: ops }\n',
      version: '0.1.0',
      startedAt: T0 - 3_600_000,
    },
    newCommandId: () => `id-${this.commands.length}`,
    now: () => this.now,
  };

  /** Who asks. */
  isOwnPage: Authority['isOwnPage'] = () => false;
  identify: Authority['identify'] = () => ({ code: 'access.identified', identity: OPEN });

  /** Served besides. */
  moreRoutes: readonly Route[] = [];

  operatorRoutes(): Route[] {
    return operatorRoutes(this.ports, '0.1.0');
  }

  async start(...journal: JournalEvent[][]): Promise<this> {
    const database = await newArchive();
    await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(...journal) }]);
    this.query = async (name, params) => {
      const answer = await QUERIES.get(name)?.(database.reader, params);
      return JSON.parse(JSON.stringify(answer)) as unknown;
    };
    const authority = {
      identify: this.identify,
      trustsHost: () => true,
      isOwnPage: (origin: string) => this.isOwnPage(origin),
      denied: () => 0,
    };
    const routes = [...this.operatorRoutes(), ...this.moreRoutes].map((route) => guarded(route, authority));
    const listen = { host: '127.0.0.1', port: 0 };
    const server = await startHttpServer({ listen, shared: false, routes, log: silentLog, metrics: uncounted });
    atEnd(() => server.close(0));
    this.#base = `http://127.0.0.1:${server.port}`;
    return this;
  }

  url(path: string): string {
    return this.#base + path;
  }

  get(path: string): Promise<Answer> {
    return this.#ask(path, {});
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.#ask(path, { method: 'POST', headers, ...(body === undefined ? {} : { body: text }) });
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.#ask(path, { method: 'PUT', body: JSON.stringify(body) });
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.#ask(path, { method: 'DELETE', ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.#base + path, init);
    const { status, headers } = response;
    return {
      status,
      type: headers.get('content-type'),
      retryAfter: headers.get('retry-after'),
      body: headers.get('content-type')?.includes('json') === true ? await response.json() : await response.text(),
    };
  }
}

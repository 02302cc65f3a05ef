/**
 * Which channels fail for one cause, said once instead of for each:
 *
 *   network  | all that fail find no way out, to several hosts, and none delivered since: look here, not there
 *   provider | all channels of a type that one provider serves meet the same, at several of its hosts
 *   host     | several channels meet the same at the same host
 *
 * The first that holds names a channel; none is named twice. Pure.
 */

import type { FailureType } from './failure.ts';

export const CAUSES = ['network', 'provider', 'host'] as const;

export interface ChannelStanding {
  readonly name: string;
  readonly channelType: string;
  /** null: it does not fail. `since`: Unix time in milliseconds. */
  readonly failing: { readonly type: FailureType; readonly host: string | null; readonly since: number } | null;
  /** When the newest of its notifications was made that it delivered, as far as is known. Unix time in milliseconds. */
  readonly deliveredAt: number | null;
}

export interface FailureCause {
  readonly kind: (typeof CAUSES)[number];
  /** null: several, all of which say that nothing is reached. */
  readonly type: FailureType | null;
  /** The host, or the type of channel; null: everything. */
  readonly of: string | null;
  /** The earliest. */
  readonly since: number;
  readonly channels: readonly string[];
}

type Failing = ChannelStanding & { readonly failing: NonNullable<ChannelStanding['failing']> };

const UNREACHED: ReadonlySet<FailureType> = new Set(['dns', 'connect', 'timeout']);
/** They say nothing of the way to the provider. */
const SILENT: ReadonlySet<FailureType> = new Set(['blocked', 'other']);
/** Each of these is of one message, or of one channel's own settings, wherever it is met. */
const OWN: ReadonlySet<FailureType> = new Set(['rejected', 'other']);
const PROVIDERS: ReadonlySet<string> = new Set(['slack', 'teams', 'pagerduty', 'sms']);
/** What a provider has as a whole; a credential is a channel's own. */
const OF_PROVIDER: ReadonlySet<FailureType> = new Set([...UNREACHED, 'tls', 'server', 'rate-limited', 'unreadable']);
/** They go nowhere: that they work says nothing of a network. */
const LOCAL: ReadonlySet<string> = new Set(['console', 'spread']);

/** `channels`: all that one tenant declares, in any order. */
export function failureCauses(channels: readonly ChannelStanding[]): FailureCause[] {
  const failing = channels.filter(isFailing).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const network = networkCause(channels, failing);
  const causes: FailureCause[] = network === null ? [] : [network];
  const named = new Set<string>(network?.channels);
  for (const group of groups(failing, ({ channelType, failing: { type } }) => `${type} ${channelType}`)) {
    const { channelType, failing: met } = group[0]!;
    const all = channels.filter((one) => one.channelType === channelType).length;
    const isWhole = PROVIDERS.has(channelType) && OF_PROVIDER.has(met.type) && group.length === all;
    if (!isWhole || group.length < 2 || hostsOf(group).size < 2 || named.has(group[0]!.name)) continue;
    causes.push(causeOf('provider', met.type, channelType, group));
    for (const { name } of group) named.add(name);
  }
  const left = failing.filter(
    ({ name, failing: { type, host } }) => !named.has(name) && host !== null && !OWN.has(type),
  );
  for (const group of groups(left, ({ failing: { type, host } }) => `${type} ${host}`)) {
    const { type, host } = group[0]!.failing;
    if (group.length > 1) causes.push(causeOf('host', type, host, group));
  }
  return causes;
}

function networkCause(channels: readonly ChannelStanding[], failing: readonly Failing[]): FailureCause | null {
  const unreached = failing.filter(({ failing: { type } }) => UNREACHED.has(type));
  const answered = failing.some(({ failing: { type } }) => !UNREACHED.has(type) && !SILENT.has(type));
  if (answered || unreached.length < 2 || hostsOf(unreached).size < 2) return null;
  const last = Math.max(...unreached.map((one) => one.failing.since));
  const isReached = channels.some(
    ({ channelType, deliveredAt }) => !LOCAL.has(channelType) && deliveredAt !== null && deliveredAt >= last,
  );
  if (isReached) return null;
  const types = new Set(unreached.map((one) => one.failing.type));
  const [type] = types;
  return causeOf('network', types.size === 1 ? type! : null, null, unreached);
}

function causeOf(
  kind: FailureCause['kind'],
  type: FailureType | null,
  of: string | null,
  group: readonly Failing[],
): FailureCause {
  const since = Math.min(...group.map((one) => one.failing.since));
  return { kind, type, of, since, channels: group.map(({ name }) => name) };
}

function isFailing(channel: ChannelStanding): channel is Failing {
  return channel.failing !== null;
}

function hostsOf(group: readonly Failing[]): Set<string> {
  return new Set(group.flatMap(({ failing: { host } }) => host ?? []));
}

function groups(failing: readonly Failing[], keyOf: (one: Failing) => string): Failing[][] {
  return [...Map.groupBy(failing, keyOf).values()];
}

const MEETS: Readonly<Record<FailureType, string>> = {
  dns: 'cannot resolve',
  connect: 'cannot connect to',
  tls: 'agree on no trusted TLS with',
  timeout: 'get no answer in time from',
  credentials: 'are refused their credentials by',
  gone: 'do not find any more what they tell at',
  'rate-limited': 'are asked for fewer requests by',
  rejected: 'are refused by',
  server: 'meet errors inside',
  unreadable: 'cannot read the answers of',
  blocked: 'may not connect to',
  other: 'fail at',
};

/** `3 channels cannot resolve hooks.example since 2026-11-26 05:40 UTC: chat, slack, slackhook` */
export function describeCause({ kind, type, of, since, channels }: FailureCause): string {
  const meets = MEETS[type ?? 'connect'];
  const what =
    kind === 'network'
      ? `${meets} any host, and nothing is delivered (look at the network of Herald itself)`
      : `${meets} ${of}`;
  const when = `${new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `${channels.length} channels ${what} since ${when}: ${channels.join(', ')}`;
}

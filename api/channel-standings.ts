/** How each declared channel stands, and which of them fail for one cause. */

import { type Impact, severityOf, takesOver } from '../channels/failing.ts';
import type { FailureType } from '../channels/failure.ts';
import { type ChannelStanding, describeCause, failureCauses } from '../channels/failure-cause.ts';
import type { DeclaredChannel, OperatorPorts } from './operator-ports.ts';

interface Breaker {
  readonly state: 'closed' | 'open';
  readonly since: string | null;
  readonly until: string | null;
  readonly reasons: readonly unknown[];
}

interface Failing extends Pick<Impact, 'waiting' | 'urgent'> {
  readonly type: FailureType;
  readonly host: string | null;
  readonly detail: string;
  /** Unix time in milliseconds. */
  readonly since: number;
}

/** As archive/queries/channel-standings.ts has it. */
interface Standings {
  readonly standings: readonly {
    readonly tenant: string;
    readonly channel: string;
    readonly breaker: Breaker;
    readonly health: unknown;
    readonly failing?: Failing | null;
  }[];
  readonly deliveredAt?: Readonly<Record<string, number>>;
}

const NEVER_HEARD_OF = {
  breaker: { state: 'closed', since: null, until: null, reasons: [] } satisfies Breaker,
  health: null,
  failing: null,
};

export async function channelStandings(
  { channels, query }: Pick<OperatorPorts, 'channels' | 'query'>,
  isAskedFor: (tenant: string) => boolean,
) {
  // An archive of before tells neither what fails nor what was delivered meanwhile.
  const { standings, deliveredAt = {} } = (await query('channel-standings', {})) as Standings;
  const byKey = new Map(standings.map((one) => [`${one.tenant}/${one.channel}`, one]));
  const tenants = Map.groupBy(
    channels().filter(({ tenant }) => isAskedFor(tenant)),
    ({ tenant }) => tenant,
  );
  const ofTenants = [...tenants].map(([tenant, declared]) => {
    const own = declared.map((channel): Own => {
      const key = `${tenant}/${channel.name}`;
      const { breaker, health, failing } = byKey.get(key) ?? NEVER_HEARD_OF;
      return { channel, breaker, health, failing: failing ?? null, deliveredAt: deliveredAt[key] ?? null };
    });
    return { channels: shown(own), causes: causesOf(tenant, own) };
  });
  return {
    channels: ofTenants.flatMap((one) => one.channels),
    causes: ofTenants.flatMap((one) => one.causes),
  };
}

interface Own {
  readonly channel: DeclaredChannel;
  readonly breaker: Breaker;
  readonly health: unknown;
  readonly failing: Failing | null;
  readonly deliveredAt: number | null;
}

function shown(own: readonly Own[]) {
  const links = new Map(
    own.map(({ channel: { name, fallback }, breaker }) => [
      name,
      { name, fallback, isBroken: breaker.state === 'open' },
    ]),
  );
  return own.map(({ channel, breaker, health, failing }) => {
    const failure = failing === null ? null : failureOf(failing, breaker, takesOver(channel.name, links));
    return { ...channel, breaker, health, failure };
  });
}

function failureOf(failing: Failing, { state }: Breaker, takenOverBy: string | null) {
  const { type, host, detail, since, waiting, urgent } = failing;
  const severity = severityOf(type, state === 'open', { waiting, urgent, takenOverBy });
  return { type, severity, host, detail, since: new Date(since).toISOString(), waiting, urgent, takenOverBy };
}

function causesOf(tenant: string, own: readonly Own[]) {
  const all: ChannelStanding[] = own.map(({ channel: { name, type }, failing, deliveredAt }) => {
    return { name, channelType: type, failing, deliveredAt };
  });
  return failureCauses(all).map((cause) => {
    return { tenant, ...cause, since: new Date(cause.since).toISOString(), summary: describeCause(cause) };
  });
}

/** Where resources name receivers: those that the tenant does not have are found here. */

import { receiversOfApprovals } from './approval.ts';
import { channelOfAudience } from './audience.ts';
import { channelsOfChannel } from './channel-references.ts';
import { receiversOfSteps } from './escalation-policy.ts';
import type { Problem } from './problem.ts';
import { type Declared, fieldOf } from './resource.ts';
import { type ReceiverKind, type ReceiverReference, receiversIn } from './route.ts';
import { receiversOfSchedule } from './schedule.ts';
import { subscriberOf } from './subscription.ts';
import { receiversOfTeam } from './team.ts';
import { receiversOfUser } from './user.ts';
import { didYouMean } from './validate.ts';

const RECEIVERS: Readonly<Record<string, (spec: unknown) => ReceiverReference[]>> = {
  Route: (spec) => receiversIn(spec),
  EscalationPolicy: receiversOfSteps,
  Filter: receiversOfApprovals,
  CorrelationRule: (spec) => receiversIn(fieldOf(spec, 'storm'), ['spec', 'storm']),
  NamespaceLimit: (spec) => receiversIn(spec),
  // Who may click is named as receivers are.
  Channel: (spec) => [...channelsOfChannel(spec), ...receiversIn(spec, ['spec'], 'mayAct')],
  Masking: (spec) => receiversIn(spec),
  User: receiversOfUser,
  Team: receiversOfTeam,
  Schedule: receiversOfSchedule,
  Subscription: subscriberOf,
  Audience: channelOfAudience,
};

const KIND_OF: Readonly<Record<ReceiverKind, string>> = {
  channel: 'Channel',
  user: 'User',
  team: 'Team',
  schedule: 'Schedule',
  audience: 'Audience',
};

export function unknownReceivers(resources: readonly Declared[]): Problem[] {
  const declared = Map.groupBy(resources, ({ tenant, kind }) => `${tenant}/${kind}`);
  const names = new Map([...declared].map(([key, list]) => [key, new Set(list.map(({ name }) => name))]));
  return resources
    .filter((one) => one.kind in RECEIVERS)
    .flatMap((one) =>
      RECEIVERS[one.kind]!(one.spec).flatMap((reference): Problem[] => {
        const known = names.get(`${one.tenant}/${KIND_OF[reference.kind]}`) ?? new Set();
        if (known.has(reference.name)) return [];
        return [one.document.problem(reference.path, noSuchReceiver(reference, one.tenant, [...known]))];
      }),
    );
}

/** Of thousands of users nobody reads a list. */
const MOST_NAMED = 20;

function noSuchReceiver({ kind, name }: ReceiverReference, tenant: string, names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).map((one) => `${kind}/${one}`);
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  const there = names.length === 0 ? 'it has none' : `allowed: ${shown.join(', ')}${more}`;
  return `is "${kind}/${name}", but tenant ${tenant} has no such ${KIND_OF[kind]}${didYouMean(name, names)}; ${there}`;
}

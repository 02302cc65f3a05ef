/** Team: people and channels that are told together. */

import Type from 'typebox';
import type { Team } from '../alert/people.ts';
import { deepFreeze } from './canonical.ts';
import type { Declared } from './resource.ts';
import { type ReceiverReference, receiverNames, receiversIn, receiversOfKinds } from './route.ts';
import { mayHear } from './user.ts';
import type { Fault } from './validate.ts';

export const teamSpec = Type.Object(
  {
    displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    members: Type.Optional(receiversOfKinds(['user'])),
    leads: Type.Optional(receiversOfKinds(['user'])),
    channels: Type.Optional(receiversOfKinds(['channel'])),
    tell: Type.Optional(Type.Enum(['channels', 'members', 'everyone'])),
    default: Type.Optional(receiversOfKinds(['channel', 'user', 'schedule'])),
    mayHear: Type.Optional(mayHear),
  },
  { additionalProperties: false },
);

type TeamSpec = Type.Static<typeof teamSpec>;

/** For what the schema has checked. */
export function teamFaults(spec: unknown): Fault[] {
  const { members, channels, tell } = spec as TeamSpec;
  if (members === undefined && channels === undefined)
    return [fault('members', 'is missing; allowed: members, channels, or both')];
  if (tell === 'members' && members === undefined)
    return [fault('tell', 'is "members", but the team has none; allowed: channels')];
  if (tell === 'channels' && channels === undefined)
    return [fault('tell', 'is "channels", but the team has none; allowed: members')];
  return [];
}

function fault(field: string, message: string): Fault {
  return { path: ['spec', field], message, target: 'value' };
}

export function receiversOfTeam(spec: unknown): ReceiverReference[] {
  return ['members', 'leads', 'channels', 'default'].flatMap((field) => receiversIn(spec, ['spec'], field));
}

/** For what was checked. Its channels where it has some: everybody reads along there. */
export function teamFrom({ name, spec }: Declared): Team {
  const { members = [], channels = [], tell, default: otherwise = [] } = spec as TeamSpec;
  return deepFreeze({
    name,
    members: [...new Set(members.map((member) => member.slice('user/'.length)))],
    channels: receiverNames(channels),
    tell: tell ?? (channels.length > 0 ? 'channels' : 'members'),
    otherwise: receiverNames(otherwise),
  });
}

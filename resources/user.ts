/** User: somebody who can be told, by which channels, and when not. */

import Type from 'typebox';
import { ENVIRONMENTS, PRIORITIES } from '../alert/alert.ts';
import type { User } from '../alert/people.ts';
import { UTC } from '../rules/zone.ts';
import { deepFreeze } from './canonical.ts';
import { type Declared, fieldOf, listOf } from './resource.ts';
import { type ReceiverReference, receiverAt, receiverNames, receiversOfKinds } from './route.ts';
import { timesFrom, timesSchema } from './time-interval.ts';
import type { Fault } from './validate.ts';
import { checkedZone, zoneSchema } from './zone.ts';

const CHANNEL = 'channel/NAME of a Channel of the tenant';

const channel = Type.String({ pattern: '^channel/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$', description: CHANNEL });

/** It becomes part of requests and of headers of mails: no control characters. */
const address = Type.String({
  pattern: '^[^\\u0000-\\u001f\\u007f]{1,320}$',
  description: 'an address in the terms of the channel, such as a mail address, of 1 to 320 characters in one line',
});

export const language = Type.String({
  pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
  description: 'a language tag such as en or pt-BR',
});

const contact = Type.Object(
  {
    channel,
    address,
    format: Type.Optional(
      Type.Enum(['full', 'plain'], {
        description:
          'full, or plain: words alone, without HTML, pictures and blocks, for screen readers and slow lines',
      }),
    ),
  },
  { additionalProperties: false },
);

const priorities = Type.Array(Type.Enum([...PRIORITIES]), { minItems: 1 });

/** Of which environments the alerts may be that somebody subscribes to. */
export const mayHear = Type.Object(
  { environments: Type.Array(Type.Enum([...ENVIRONMENTS]), { minItems: 1 }) },
  { additionalProperties: false },
);

/** As access/identity.ts has it. */
const signInName = Type.String({
  pattern: '^[^\\u0000-\\u001f\\u007f]{1,200}$',
  description: 'the name of an API key, or the name that a token gives, of 1 to 200 characters',
});

const preference = Type.Object(
  {
    priorities: Type.Optional(priorities),
    when: Type.Optional(timesSchema),
    channels: receiversOfKinds(['channel']),
    all: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const quietHours = Type.Object(
  {
    when: timesSchema,
    breakThrough: Type.Optional(Type.Array(Type.Enum([...PRIORITIES]))),
    criticalBreaksThrough: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

export const userSpec = Type.Object(
  {
    displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    language: Type.Optional(language),
    timeZone: Type.Optional(zoneSchema),
    contacts: Type.Array(contact, {
      maxItems: 20,
      description: 'a list of { channel, address }, the one to be tried first at the top',
    }),
    preferences: Type.Optional(Type.Array(preference, { maxItems: 50 })),
    quietHours: Type.Optional(quietHours),
    mayHear: Type.Optional(mayHear),
    signsInAs: Type.Optional(
      Type.Array(signInName, { maxItems: 20, description: 'a list of names of API keys, or of people in tokens' }),
    ),
  },
  { additionalProperties: false },
);

type UserSpec = Type.Static<typeof userSpec>;

/** What the schema cannot say. For what it has checked. */
export function userFaults(spec: unknown): Fault[] {
  const { contacts, preferences = [] } = spec as UserSpec;
  const seen = new Set<string>();
  const twice = contacts.flatMap((contact, i): Fault[] => {
    if (!seen.has(contact.channel)) {
      seen.add(contact.channel);
      return [];
    }
    const message = `is ${contact.channel}, for which there is a contact already; allowed: one address for each channel`;
    return [{ path: ['spec', 'contacts', i, 'channel'], message, target: 'value' }];
  });
  const without = preferences.flatMap(({ channels }, i) =>
    channels.flatMap((wanted, j): Fault[] => {
      if (seen.has(wanted)) return [];
      const message = `is ${wanted}, for which the user has no contact; allowed: ${[...seen].join(', ') || 'none, for there are no contacts'}`;
      return [{ path: ['spec', 'preferences', i, 'channels', j], message, target: 'value' }];
    }),
  );
  return [...twice, ...without];
}

/** Wherever else the spec may be wrong. */
export function receiversOfUser(spec: unknown): ReceiverReference[] {
  return listOf(spec, 'contacts').flatMap((contact, i) =>
    receiverAt(fieldOf(contact, 'channel'), ['spec', 'contacts', i, 'channel']),
  );
}

/** Most urgent first: what has to wake people. */
const WAKING = PRIORITIES.slice(0, 1);

/** For what was checked. */
export function userFrom({ name, spec }: Declared): User {
  const { language: tongue, timeZone, contacts, preferences = [], quietHours: quiet } = spec as UserSpec;
  const zone = timeZone === undefined ? UTC : checkedZone(timeZone);
  return deepFreeze({
    name,
    language: tongue ?? null,
    timeZone: timeZone === undefined ? null : zone.name,
    contacts: contacts.map((one) => ({
      channel: receiverNames([one.channel])[0]!,
      address: one.address,
      ...(one.format === 'plain' ? { format: one.format } : {}),
    })),
    preferences: preferences.map(({ priorities: only, when, channels, all }) => ({
      priorities: only ?? null,
      when: when === undefined ? null : timesFrom(when, zone),
      channels: receiverNames(channels),
      all: all ?? false,
    })),
    quietHours:
      quiet === undefined
        ? null
        : {
            when: timesFrom(quiet.when, zone),
            breakThrough: quiet.breakThrough ?? WAKING,
            criticalBreaksThrough: quiet.criticalBreaksThrough ?? true,
          },
  });
}

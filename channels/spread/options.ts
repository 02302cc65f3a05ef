/** What an operator declares of a channel that sends nothing itself: each group goes to one of its members. */

import Type from 'typebox';

export const spreadOptions = Type.Object({
  members: Type.Array(
    Type.String({
      pattern: '^channel/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
      description: 'channel/NAME of a Channel of the tenant',
    }),
    { minItems: 1, maxItems: 100, uniqueItems: true, description: 'a list of different channel/NAME, at least one' },
  ),
});

export type SpreadOptions = Type.Static<typeof spreadOptions>;

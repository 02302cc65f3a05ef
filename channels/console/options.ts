/** The console channel has nothing to set. */

import Type from 'typebox';

export const consoleOptions = Type.Object({});

export type ConsoleOptions = Type.Static<typeof consoleOptions>;

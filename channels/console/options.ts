/** The console channel has nothing to set. */

import Type from 'typebox';

export const consoleOptions = Type.Object({});

/** Empty: the built-in lines, which are coloured on a terminal. */
export const CONSOLE_TEXTS: Readonly<Record<string, string>> = { line: '' };

export type ConsoleOptions = Type.Static<typeof consoleOptions>;

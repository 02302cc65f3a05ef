/** What pictures say to who cannot see them. */

import type { Language } from '../template/languages.ts';

export const LANGUAGE_PICTURES: Readonly<
  Record<Language, (history: { readonly peak: number; readonly last: number }) => string>
> = {
  en: ({ peak, last }) => `Firing alerts over time: ${peak} at most, ${last} now`,
  de: ({ peak, last }) => `Aktive Alarme im Zeitverlauf: höchstens ${peak}, jetzt ${last}`,
};

/** What pictures say to who cannot see them. */

import type { Language } from '../template/languages.ts';

interface PictureWords {
  history(values: { readonly peak: number; readonly last: number }): string;
  /** Numbers as they are shown. `threshold` null: there is none. */
  metric(values: {
    readonly least: string;
    readonly peak: string;
    readonly last: string;
    readonly threshold: string | null;
  }): string;
}

export const LANGUAGE_PICTURES: Readonly<Record<Language, PictureWords>> = {
  en: {
    history: ({ peak, last }) => `Firing alerts over time: ${peak} at most, ${last} now`,
    metric: ({ least, peak, last, threshold }) =>
      `Metric over time: from ${least} to ${peak}, ${last} at last${threshold === null ? '' : `, threshold ${threshold}`}`,
  },
  de: {
    history: ({ peak, last }) => `Aktive Alarme im Zeitverlauf: höchstens ${peak}, jetzt ${last}`,
    metric: ({ least, peak, last, threshold }) =>
      `Messwert im Zeitverlauf: von ${least} bis ${peak}, zuletzt ${last}${threshold === null ? '' : `, Schwelle ${threshold}`}`,
  },
};

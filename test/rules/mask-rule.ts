/** One rule of a Masking, of which only what a test is about has to be said. */

import type { MaskRule } from '../../rules/mask-rules.ts';

export const rule = (change: Partial<MaskRule>): MaskRule => ({
  labels: [],
  annotations: [],
  pattern: null,
  caseSensitive: true,
  replacement: '[masked]',
  ...change,
});

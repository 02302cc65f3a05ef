/** What stands for the whole of Herald: problems, rules, policies. */

import { flag, integer, list, object, reasons, ref, type Schema, text, time } from '../schema-forms.ts';

const activation = {
  hash: { ...text, description: 'As decisions name it.' },
  activatedAt: time,
  process: { ...text, description: 'Host and process id of the one that was first.' },
  count: { ...integer, description: 'Resources.' },
  resources: { ...text, description: 'Hash of all of them, the Sources included.' },
  files: list(text),
  fileCount: integer,
  active: flag,
};

export const DEPLOYMENT_SCHEMAS: Readonly<Record<string, Schema>> = {
  Reason: object({ code: text, detail: text }),
  Problem: object(
    {
      type: text,
      title: text,
      status: integer,
      detail: text,
      problems: list(object({ path: text, value: {}, allowed: text })),
      problemCount: integer,
      reasons,
    },
    ['detail', 'problems', 'problemCount', 'reasons'],
  ),
  Rules: object({
    policy: text,
    processes: integer,
    rules: list(
      object({
        tenant: text,
        filter: text,
        rule: text,
        action: text,
        matched: integer,
        notMatched: integer,
        errors: integer,
      }),
    ),
  }),
  Policy: object(activation),
  PolicyList: object({ policies: list(ref('Policy')) }),
  Status: { type: 'object' },
};

/** What stands for the whole of Herald: problems, rules, policies. */

import { flag, integer, list, object, orNull, reasons, ref, type Schema, text, time } from '../schema-forms.ts';

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
  AuditList: object({
    records: list(
      object({
        position: { ...integer, description: '1 is the first.' },
        at: { ...integer, description: 'Unix time in milliseconds.' },
        process: text,
        event: text,
        what: { ...text, description: 'The command, the code of a refusal, the hash of a policy.' },
        subject: text,
        by: text,
        detail: text,
        previous: { ...text, description: 'mac of the record before.' },
        mac: { ...text, description: 'HMAC-SHA-256 over the other fields, in hexadecimal.' },
      }),
    ),
    next: orNull(integer),
  }),
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

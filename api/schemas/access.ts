/** API keys and secrets. */

import { ROLE_NAMES } from '../../access/role.ts';
import { flag, integer, list, object, oneOf, orNull, ref, type Schema, text, time } from '../schema-forms.ts';

const roles = { ...list(oneOf(ROLE_NAMES)), minItems: 1 };
const tenants = { ...list(text), description: 'Names of tenants, or "*" for all. Default: default.' };
const lasts = { ...text, description: 'A duration such as 90d.' };

const apiKey = {
  name: text,
  grants: list(object({ role: oneOf(ROLE_NAMES), tenants: list(text) })),
  state: oneOf(['good', 'revoked', 'expired']),
  createdAt: time,
  createdBy: text,
  expiresAt: { ...orNull(time), description: 'null: never.' },
  secrets: { ...list(object({ createdAt: time, until: orNull(time) })), description: 'Those that are good.' },
  revoked: orNull(object({ at: time, by: text })),
};

export const ACCESS_SCHEMAS: Readonly<Record<string, Schema>> = {
  ApiKey: object(apiKey),
  ApiKeyList: object({ apiKeys: list(ref('ApiKey')) }),
  ApiKeyCreated: object({ ...apiKey, secret: { ...text, description: 'It is never shown again.' } }),
  ApiKeySpec: object({ name: text, roles, tenants, expiresIn: lasts }, ['tenants', 'expiresIn']),
  SecretList: object({
    secrets: list(
      object({
        tenant: text,
        name: text,
        updatedAt: time,
        updatedBy: text,
        key: { ...text, description: 'Id of the key that it is encrypted by.' },
        current: flag,
        readable: flag,
      }),
    ),
  }),
  SecretValue: object({ value: { ...text, writeOnly: true } }),
  SecretRef: object({ tenant: text, name: text }),
  SecretSet: object({ tenant: text, name: text, declared: flag }),
  SecretsRotated: object({ resealed: integer, current: integer, failed: list(ref('SecretRef')) }),
  ApiKeyRotation: object({ overlap: { ...lasts, default: '24h' } }, ['overlap']),
};

/** The answers of the API as JSON Schema, for openapi.json. Their meaning stands in archive/queries/. */

import type { Schema } from './schema-forms.ts';
import { ACCESS_SCHEMAS } from './schemas/access.ts';
import { ALERT_SCHEMAS } from './schemas/alert.ts';
import { DEPLOYMENT_SCHEMAS } from './schemas/deployment.ts';
import { INCIDENT_SCHEMAS } from './schemas/incident.ts';
import { NAMESPACE_SCHEMAS } from './schemas/namespace.ts';
import { NOTIFICATION_SCHEMAS } from './schemas/notification.ts';
import { SCHEDULE_SCHEMAS } from './schemas/schedule.ts';
import { SILENCE_SCHEMAS } from './schemas/silence.ts';

export { ref } from './schema-forms.ts';

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  ...DEPLOYMENT_SCHEMAS,
  ...ALERT_SCHEMAS,
  ...INCIDENT_SCHEMAS,
  ...NOTIFICATION_SCHEMAS,
  ...NAMESPACE_SCHEMAS,
  ...SILENCE_SCHEMAS,
  ...SCHEDULE_SCHEMAS,
  ...ACCESS_SCHEMAS,
};

/**
 * Versions of the formats that senders speak. A Source that names one is read by that for ever, whatever a later Herald reads where none is
 * named; a body that says that it is of another is refused.
 */

import { fieldOf } from './resource.ts';
import type { Fault } from './validate.ts';

export const FORMAT_VERSIONS = {
  alertmanager: ['v4'],
  grafana: ['v1'],
  prometheus: ['v2'],
  cloudevents: ['v1'],
  pagerduty: ['v2'],
  herald: ['v1'],
  mapped: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export function versionFaults(spec: unknown): Fault[] {
  const [format, version] = [fieldOf(spec, 'format'), fieldOf(spec, 'version')];
  if (typeof version !== 'string' || typeof format !== 'string' || !Object.hasOwn(FORMAT_VERSIONS, format)) return [];
  const known: readonly string[] = FORMAT_VERSIONS[format as keyof typeof FORMAT_VERSIONS];
  if (known.includes(version)) return [];
  const allowed = known.length === 0 ? `none: the format ${format} has no versions` : known.join(', ');
  return [
    { path: ['spec', 'version'], message: `is ${JSON.stringify(version)}; allowed: ${allowed}`, target: 'value' },
  ];
}

/** Time zones in specs. An unknown one is refused here, so that deciding never meets it. */

import Type from 'typebox';
import { type Zone, zoneNames, zoneOf } from '../rules/zone.ts';
import { didYouMean } from './validate.ts';

const ALLOWED = 'a zone of the IANA database such as Europe/Berlin, America/New_York or UTC';

export const zoneSchema = Type.Refine(
  Type.String({ description: ALLOWED }),
  (name) => zoneOf(name) !== null,
  (name) => `is ${JSON.stringify(name)}, which is no time zone${didYouMean(name, zoneNames())}; allowed: ${ALLOWED}`,
);

export function checkedZone(name: string): Zone {
  const zone = zoneOf(name);
  if (zone === null) throw new TypeError(`unchecked time zone ${JSON.stringify(name)}`);
  return zone;
}

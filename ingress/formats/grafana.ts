/**
 * Grafana's unified alerting webhook: Alertmanager's body with more fields. Its links are kept as annotations, unless the
 * rule sets annotations of these names itself; `imageURL` and `values` are not: they differ with every report, and would
 * make each one an update. One problem refuses the whole request.
 */

import type { Alert, LabelSet } from '../../alert/alert.ts';
import type { Problems } from '../problem.ts';
import { alertsIn, decodeAlert, decodeGroup, withAlerts } from './alertmanager.ts';
import type { RawObject } from './fields.ts';
import type { Format, FormatContext } from './format.ts';
import { maskedLink } from './secret-fields.ts';

const LINKS = ['dashboardURL', 'panelURL', 'silenceURL'] as const;

export const grafana: Format = {
  name: 'grafana',
  partial: false,
  decode: (body, context) => decodeGroup(body, context, decodeWithLinks),
  listIn: alertsIn,
  withList: withAlerts,
};

function decodeWithLinks(raw: RawObject, path: string, context: FormatContext, problems: Problems): Alert | null {
  const alert = decodeAlert(raw, path, context, problems);
  if (alert === null) return null;
  const links = linksOf(raw);
  return links === null ? alert : { ...alert, annotations: { ...links, ...alert.annotations } };
}

function linksOf(raw: RawObject): LabelSet | null {
  let links: Record<string, string> | null = null;
  for (const name of LINKS) {
    const url = raw[name];
    if (typeof url !== 'string' || url === '') continue;
    links ??= {};
    links[name] = maskedLink(url);
  }
  return links;
}

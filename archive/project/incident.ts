/** What a correlator's event does to an incident's row, and which alerts it puts into it, with why. Pure. */

import type { Evidence, Member } from '../../alert/correlation.ts';
import type { CorrelationEvent } from '../../alert/correlation-event.ts';
import type { Breakdown } from '../../alert/storm-count.ts';
import type { IncidentAlertRow, IncidentRow } from '../schema.ts';

type OfIncident = Extract<CorrelationEvent, { readonly incident: string; readonly reasons: unknown }>;

export function isOfIncident(event: CorrelationEvent): event is OfIncident {
  return 'incident' in event && 'reasons' in event;
}

/** null: nothing is known of this incident and the event does not introduce it. */
export function foldIncident(before: IncidentRow | null, event: OfIncident): IncidentRow | null {
  const reasons = JSON.stringify(event.reasons);
  switch (event.type) {
    case 'incident.opened':
      return {
        ...opened(event, reasons),
        kind: 'incident',
        action: event.action,
        parent: event.parent,
        alerts: event.joined.length,
        evidence: JSON.stringify(event.evidence),
      };
    case 'incident.updated':
      return before === null
        ? null
        : {
            ...before,
            parent: event.parent,
            alerts: before.alerts + event.joined.length,
            evidence: JSON.stringify(event.evidence),
            updated_at: event.at,
            reasons,
          };
    case 'storm.opened':
      return {
        ...opened(event, reasons),
        kind: 'storm',
        action: 'storm',
        parent: null,
        alerts: event.breakdown.alerts,
        breakdown: JSON.stringify(event.breakdown),
      };
    case 'storm.updated':
      return before === null ? null : counted(before, event, reasons);
    case 'storm.closed':
      return before === null ? null : { ...counted(before, event, reasons), closed_at: event.at };
    case 'incident.closed':
      return before === null ? null : { ...before, updated_at: event.at, closed_at: event.at, reasons };
    default:
      return event satisfies never;
  }
}

function opened(event: Extract<OfIncident, { readonly rule: string }>, reasons: string) {
  return {
    id: event.incident,
    tenant: event.key,
    rule: event.rule,
    grouped_by: JSON.stringify(event.groupedBy),
    opened_at: event.at,
    updated_at: event.at,
    closed_at: null,
    evidence: '[]',
    breakdown: null,
    reasons,
  };
}

function counted(
  before: IncidentRow,
  { breakdown, at }: { readonly breakdown: Breakdown; readonly at: number },
  reasons: string,
): IncidentRow {
  const row = { ...before, alerts: breakdown.alerts, breakdown: JSON.stringify(breakdown) };
  return { ...row, updated_at: at, reasons };
}

/** Alerts that were counted before their storm was one are told of by its breakdown alone. */
export function joinedRows(event: CorrelationEvent): IncidentAlertRow[] {
  if (event.type === 'correlation.entered') {
    const { alert, storms, key: tenant, at } = event;
    const because = JSON.stringify(['counted in the storm']);
    return storms.map((id) => ({ tenant, fingerprint: alert.fingerprint, incident_id: id, at, because }));
  }
  if (event.type !== 'incident.opened' && event.type !== 'incident.updated') return [];
  const { incident: incident_id, key: tenant, at, evidence } = event;
  return event.joined.map((member) => {
    const because = JSON.stringify(textsOf(member, evidence));
    return { tenant, fingerprint: member.fingerprint, incident_id, at, because };
  });
}

function textsOf({ by }: Member, evidence: readonly Evidence[]): string[] {
  const texts = by.flatMap((place) => evidence[place]?.text ?? []);
  return texts.length === 0 ? ['it was in an incident that became part of this one'] : texts;
}

/**
 * What fires, as Alertmanager's API shows it. Silences are asked of the archive and the resources, and matched now. What else holds an
 * alert back (inhibition, a time interval, maintenance, ...) is what its groups last decided. All of it in slices: there may be a hundred
 * thousand alerts, and thousands of silences.
 */

import type { LabelSet } from '../../alert/alert.ts';
import { ruleOf, type Silence, type SilenceRule, silences } from '../../alert/silence.ts';
import type { ActiveAlert, ActiveAlerts } from '../../archive/queries/alertmanager-alerts.ts';
import { Turns } from '../../ingress/turns.ts';
import { readMatcher } from '../../resources/matcher.ts';
import type { AlertmanagerPorts } from './ports.ts';
import { storedSilences } from './stored-silences.ts';

/** `gettableAlert` of the OpenAPI document. */
export interface GettableAlert {
  readonly annotations: LabelSet;
  readonly endsAt: string;
  readonly fingerprint: string;
  readonly receivers: readonly { readonly name: string }[];
  readonly startsAt: string;
  readonly status: AlertStatus;
  readonly updatedAt: string;
  readonly generatorURL: string;
  readonly labels: LabelSet;
}

interface AlertStatus {
  readonly state: 'active' | 'suppressed';
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
  /** Newer releases list time intervals here; these are codes of reasons. */
  readonly mutedBy: readonly string[];
}

export interface Firing {
  readonly alert: GettableAlert;
  readonly groups: readonly string[];
}

export interface AllFiring {
  readonly firing: readonly Firing[];
  readonly groups: ReadonlyMap<string, { readonly labels: LabelSet; readonly channels: readonly string[] }>;
}

/** Alertmanager's resolve_timeout: what it takes for the end of an alert whose sender gives none. */
const RESOLVE_TIMEOUT = 5 * 60_000;

/** By fingerprint, as Alertmanager sorts them. `filters`: texts of matchers. */
export async function activeAlerts(ports: AlertmanagerPorts, filters: readonly string[]): Promise<AllFiring> {
  const tenant = ports.alertmanager.tenant();
  const now = ports.now();
  const turns = new Turns();
  const rules = await rulesInForce(ports, tenant, turns);
  const firing: Firing[] = [];
  const groups = new Map<string, { readonly labels: LabelSet; readonly channels: readonly string[] }>();
  let after: string | null = '';
  while (after !== null) {
    const page = (await ports.query('alertmanager-alerts', { tenant, matchers: filters, after })) as ActiveAlerts;
    for (const [id, { labels, channels }] of Object.entries(page.groups)) {
      groups.set(id, { labels: labels as LabelSet, channels });
    }
    for (const alert of page.alerts) {
      const receivers = new Set(alert.groups.flatMap((id) => page.groups[id]?.channels ?? []));
      const status = statusOf(alert, rules, now);
      firing.push({ alert: gettable(alert, status, [...receivers], now), groups: alert.groups });
      if (turns.isDue()) await turns.next();
    }
    after = page.next;
  }
  return { firing, groups };
}

async function rulesInForce(ports: AlertmanagerPorts, tenant: string, turns: Turns): Promise<readonly SilenceRule[]> {
  const rules = [...ports.alertmanager.silences(tenant)];
  for (const stored of await storedSilences(ports, tenant, 'active')) {
    const silence: Silence = {
      ...stored,
      startsAt: Date.parse(stored.startsAt),
      endsAt: Date.parse(stored.endsAt),
    };
    const rule = ruleOf(silence, readMatcher);
    if (rule !== null) rules.push(rule);
    // Compiling one takes up to some twenty milliseconds.
    if (turns.isDue()) await turns.next();
  }
  return rules;
}

function statusOf(alert: ActiveAlert, rules: readonly SilenceRule[], now: number): AlertStatus {
  const labels = { ...alert.labels, ...alert.seen };
  const silencedBy = rules.filter((rule) => silences(rule, labels, now)).map(({ silence }) => silence.id);
  const isSnoozed = alert.snoozedUntil !== null && alert.snoozedUntil > now;
  const mutedBy = [...alert.heldBy.filter((code) => code !== 'hold.snoozed'), ...(isSnoozed ? ['hold.snoozed'] : [])];
  const { inhibitedBy } = alert;
  const isHeld = silencedBy.length + inhibitedBy.length + mutedBy.length > 0;
  const state = isHeld ? 'suppressed' : 'active';
  return { state, silencedBy, inhibitedBy, mutedBy };
}

function gettable(alert: ActiveAlert, status: AlertStatus, receivers: readonly string[], now: number): GettableAlert {
  const { labels, annotations, fingerprint, generatorURL, startsAt, lastSeen } = alert;
  return {
    annotations,
    endsAt: time(alert.endsAt ?? now + RESOLVE_TIMEOUT),
    fingerprint,
    receivers: receivers.toSorted().map((name) => ({ name })),
    startsAt: time(startsAt),
    status,
    updatedAt: time(lastSeen),
    generatorURL,
    labels,
  };
}

export function time(at: number): string {
  return new Date(at).toISOString();
}

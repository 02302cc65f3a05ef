/**
 * An alertmanager.yml as Herald's resources: its routing tree, inhibitions, time intervals, and the receivers that Herald has a channel
 * for (alertmanager-receivers.ts). What cannot be taken over is said, never left out without a word.
 * https://prometheus.io/docs/alerting/latest/configuration/
 */

import { quote } from '../alert/quote.ts';
import { importReceivers } from './alertmanager-receivers.ts';
import { API_VERSION, fieldOf, listOf } from './resource.ts';
import { resourceName } from './resource-name.ts';

export interface ImportedResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

export interface Imported {
  readonly resources: readonly ImportedResource[];
  /** What whoever imports must know or do, a line each. */
  readonly notes: readonly string[];
}

/** `config`: the document, as YAML reads it. null: it has no route, and is none of Alertmanager's. */
export function importAlertmanager(config: unknown): Imported | null {
  const root = fieldOf(config, 'route');
  if (typeof root !== 'object' || root === null) return null;
  const notes: string[] = [];
  const receivers = importReceivers(config);
  notes.push(...receivers.notes);
  const channels = (name: string) => receivers.channelsOf.get(name) ?? [];
  const resources = [
    resource('Route', 'root', routeOf(root, channels, notes)),
    ...listOf(config, 'inhibit_rules').flatMap((rule, i) => inhibitionOf(rule, i, notes)),
    ...[...listOf(config, 'time_intervals'), ...listOf(config, 'mute_time_intervals')].map(timeIntervalOf),
    ...receivers.channels.map(({ name, spec }) => resource('Channel', name, spec)),
  ];
  if (listOf(config, 'templates').length > 0)
    notes.push('templates are not imported: docs/templates.md says how Herald has them');
  return { resources, notes };
}

function resource(kind: string, name: string, spec: object): ImportedResource {
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec };
}

/** Fields that are undefined are left out. */
function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function routeOf(route: unknown, channelsOf: (receiver: string) => readonly string[], notes: string[]): object {
  const receiver = fieldOf(route, 'receiver');
  const channels = typeof receiver === 'string' ? channelsOf(receiver) : [];
  if (typeof receiver === 'string' && channels.length === 0)
    notes.push(`receiver ${receiver} of a route is not declared`);
  const routes = listOf(route, 'routes').map((child) => routeOf(child, channelsOf, notes));
  const matchers = matchersOf(route, '');
  return present({
    matchers: matchers.length === 0 ? undefined : matchers,
    receivers: channels.length === 0 ? undefined : channels.map((name) => `channel/${name}`),
    groupBy: fieldOf(route, 'group_by'),
    groupWait: duration(fieldOf(route, 'group_wait')),
    groupInterval: duration(fieldOf(route, 'group_interval')),
    repeatInterval: duration(fieldOf(route, 'repeat_interval')),
    continue: fieldOf(route, 'continue'),
    muteTimeIntervals: namesIn(route, 'mute_time_intervals'),
    activeTimeIntervals: namesIn(route, 'active_time_intervals'),
    routes: routes.length === 0 ? undefined : routes,
  });
}

function namesIn(route: unknown, field: string): string[] | undefined {
  const names = listOf(route, field).map((name) => resourceName(String(name)));
  return names.length === 0 ? undefined : names;
}

/** `matchers`, and the older `match` and `match_re`; `side`: `source_` or `target_` of an inhibition. */
function matchersOf(of: unknown, side: string): string[] {
  const pairs = (field: string, operator: string) =>
    Object.entries(Object(fieldOf(of, `${side}${field}`)) as object).map(
      ([name, value]) => `${name}${operator}${quote(String(value))}`,
    );
  return [...pairs('match', '='), ...pairs('match_re', '=~'), ...listOf(of, `${side}matchers`).map(String)];
}

function inhibitionOf(rule: unknown, i: number, notes: string[]): ImportedResource[] {
  const [sourceMatch, targetMatch] = [matchersOf(rule, 'source_'), matchersOf(rule, 'target_')];
  if (sourceMatch.length === 0 || targetMatch.length === 0) {
    notes.push(`inhibit_rules[${i}] has no matchers on one side and is not imported: it would be about every alert`);
    return [];
  }
  const equal = fieldOf(rule, 'equal');
  const name = fieldOf(rule, 'name');
  const spec = present({ sourceMatch, targetMatch, equal });
  return [resource('Inhibition', typeof name === 'string' ? resourceName(name) : `imported-${i + 1}`, spec)];
}

function timeIntervalOf(interval: unknown): ImportedResource {
  const timeIntervals = listOf(interval, 'time_intervals').map((one) => {
    const times = listOf(one, 'times').map((time) => {
      return { startTime: fieldOf(time, 'start_time'), endTime: fieldOf(time, 'end_time') };
    });
    const days = listOf(one, 'days_of_month').map((range) => {
      const [start, end] = String(range).split(':').map(Number);
      return end === undefined ? { start } : { start, end };
    });
    return present({
      times: times.length === 0 ? undefined : times,
      weekdays: fieldOf(one, 'weekdays'),
      daysOfMonth: days.length === 0 ? undefined : days,
      months: fieldOf(one, 'months'),
      years: fieldOf(one, 'years'),
      location: fieldOf(one, 'location'),
    });
  });
  return resource('TimeInterval', resourceName(String(fieldOf(interval, 'name'))), { timeIntervals });
}

/** Prometheus counts in weeks and years, too. */
function duration(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const days = (count: string, each: number) => `${Number(count) * each}d`;
  const [, years, weeks, ofDay] = /^(?:(\d+)y)?(?:(\d+)w)?(.*)$/.exec(text) ?? [];
  const whole = (years === undefined ? 0 : Number(years) * 365) + (weeks === undefined ? 0 : Number(weeks) * 7);
  if (whole === 0) return text;
  const [, ownDays, rest = ''] = /^(?:(\d+)d)?(.*)$/.exec(ofDay ?? '') ?? [];
  return `${days(String(whole + Number(ownDays ?? 0)), 1)}${rest}`;
}

/** GET /api/v2/alerts and GET /api/v2/alerts/groups. */

import type { LabelSet } from '../../alert/alert.ts';
import { compareUtf8 } from '../../alert/label-order.ts';
import { printMatchers } from '../../alert/matcher.ts';
import type { HttpRequest, Reply, Route } from '../../ingress/route.ts';
import { type AllFiring, activeAlerts, type Firing } from './active-alerts.ts';
import { answerInParts, refuse, routeTo } from './answer.ts';
import { filtersIn, flagIn, receiverIn } from './parameters.ts';
import type { AlertmanagerPorts } from './ports.ts';

type Show = (ports: AlertmanagerPorts, request: HttpRequest) => Promise<Reply>;

const FLAGS = ['active', 'silenced', 'inhibited', 'muted', 'unprocessed'] as const;

interface Wanted extends Readonly<Record<(typeof FLAGS)[number], boolean>> {
  readonly receiver: ((name: string) => boolean) | null;
}

export function alertRoutes(ports: AlertmanagerPorts): Route[] {
  const to = (path: string, show: Show) => routeTo(ports, 'GET', path, show);
  return [
    to('/api/v2/alerts', (own, request) => showing(own, request, listed)),
    to('/api/v2/alerts/groups', (own, request) => showing(own, request, grouped)),
  ];
}

async function showing(
  ports: AlertmanagerPorts,
  request: HttpRequest,
  partsOf: (all: AllFiring, receiver: Wanted['receiver']) => Iterable<string>,
): Promise<Reply> {
  const query = new URLSearchParams(request.query);
  const filters = filtersIn(query);
  if ('problem' in filters) return refuse(400, filters.problem);
  const receiver = receiverIn(query);
  if (receiver !== null && 'problem' in receiver) return refuse(400, receiver.problem);
  const flags = FLAGS.map((name) => [name, flagIn(query, name)] as const);
  const wrong = flags.find(([, value]) => value === null);
  if (wrong !== undefined) return refuse(400, `${wrong[0]} is either true or false`);
  const wanted = { ...Object.fromEntries(flags), receiver } as unknown as Wanted;
  const all = await activeAlerts(ports, filters.texts);
  const firing = all.firing.filter((one) => isWanted(one, wanted));
  return answerInParts(partsOf({ ...all, firing }, receiver));
}

function isWanted({ alert }: Firing, { receiver, ...wanted }: Wanted): boolean {
  const { state, silencedBy, inhibitedBy, mutedBy } = alert.status;
  if (!wanted.active && state === 'active') return false;
  if (!wanted.silenced && silencedBy.length > 0) return false;
  if (!wanted.inhibited && inhibitedBy.length > 0) return false;
  if (!wanted.muted && mutedBy.length > 0) return false;
  return receiver === null || alert.receivers.some(({ name }) => receiver(name));
}

function* listed({ firing }: AllFiring): Iterable<string> {
  yield '[';
  yield* alertsOf(firing);
  yield ']';
}

function* alertsOf(firing: readonly Firing[]): Iterable<string> {
  for (const [i, { alert }] of firing.entries()) yield `${i === 0 ? '' : ','}${JSON.stringify(alert)}`;
}

interface AlertGroup {
  readonly labels: LabelSet;
  readonly receiver: { readonly name: string };
  readonly firing: Firing[];
  readonly order: string;
}

/** A group of Herald's stands once for each channel: Alertmanager's has one receiver. */
function* grouped({ firing, groups }: AllFiring, receiver: Wanted['receiver']): Iterable<string> {
  const found = new Map<string, AlertGroup>();
  for (const one of firing) {
    for (const id of one.groups) {
      const { labels, channels } = groups.get(id)!;
      for (const name of channels) {
        if (receiver !== null && !receiver(name)) continue;
        const key = `${id}/${name}`;
        const group = found.get(key) ?? { labels, receiver: { name }, firing: [], order: print(labels) };
        found.set(key, group);
        group.firing.push(one);
      }
    }
    // For others, who may have their turn.
    yield '';
  }
  yield '[';
  for (const [i, group] of [...found.values()].sort(byLabels).entries()) {
    const { labels, receiver: to } = group;
    yield `${i === 0 ? '' : ','}{"labels":${JSON.stringify(labels)},"receiver":${JSON.stringify(to)},"alerts":[`;
    yield* alertsOf(group.firing);
    yield ']}';
  }
  yield ']';
}

function byLabels(a: AlertGroup, b: AlertGroup): number {
  return compareUtf8(a.order, b.order) || compareUtf8(a.receiver.name, b.receiver.name);
}

function print(labels: LabelSet): string {
  return printMatchers(Object.entries(labels).map(([name, value]) => ({ name, operator: '=', value })));
}

/**
 * Herald and a real Alertmanager side by side: the same routes, time intervals and inhibition rules, declared once here and
 * written in the language of each; the same alerts and silences; and what each of them told its receivers.
 */

import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { startAlertmanager } from './alertmanager.ts';
import { get, notificationIn, post } from './alerts.ts';
import { environments, SOURCES, webhookChannel } from './resources.ts';
import { runningHerald } from './running-herald.ts';

export interface RouteModel {
  /** What every route of this test has, or its parent. */
  readonly receiver?: string;
  readonly matchers?: readonly string[];
  readonly groupBy?: readonly string[];
  readonly continue?: boolean;
  readonly muteTimeIntervals?: readonly string[];
  readonly activeTimeIntervals?: readonly string[];
  readonly routes?: readonly RouteModel[];
}

export interface InhibitionModel {
  readonly sourceMatch: readonly string[];
  readonly targetMatch: readonly string[];
  readonly equal: readonly string[];
}

export interface Model {
  readonly receivers: readonly string[];
  readonly route: RouteModel;
  readonly inhibitions?: readonly InhibitionModel[];
  /** By name: the years of an interval, `2000:2999` or `1999`. */
  readonly timeIntervals?: Readonly<Record<string, string>>;
}

export interface TestAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly ended?: boolean;
}

/** `receiver group: alert status, alert status` of every notification, by the side that sent it, in order. */
export type Side = 'alertmanager' | 'herald';

const TIMES = { groupWait: '500ms', groupInterval: '1s', repeatInterval: '4h' };
const TIMES_OF_ALERTMANAGER = { group_wait: '500ms', group_interval: '1s', repeat_interval: '4h' };
/** Alerts of this name are the test's own: they only show that time has passed. */
const MARK = 'Mark';

export class Twins {
  readonly #receiver: Receiver;
  readonly #herald: string;
  readonly #alertmanager: string;
  readonly #startsAt = new Map<string, string>();
  #marks = 0;
  #silences = new Map<string, Record<Side, string>>();

  private constructor(receiver: Receiver, herald: string, alertmanager: string) {
    this.#receiver = receiver;
    this.#herald = herald;
    this.#alertmanager = alertmanager;
  }

  static async start(program: string, model: Model): Promise<Twins> {
    const receiver = await startReceiver();
    const { origin } = new URL(receiver.url);
    const herald = await runningHerald({ config: { 'herald.yaml': heraldConfig(model, origin) } });
    const alertmanager = await startAlertmanager(program, alertmanagerConfig(model, origin));
    return new Twins(receiver, herald.url, alertmanager);
  }

  get herald(): string {
    return this.#herald;
  }

  /**
   * The same alerts to both, in one request each. Resolves when each has told what it has to tell of them: a mark that was put
   * in with them has been told firing and, at least one group_interval later, resolved.
   */
  async put(...alerts: readonly TestAlert[]): Promise<void> {
    const mark = { labels: { alertname: MARK, n: String(++this.#marks) } };
    await this.#post([...alerts, mark]);
    await this.#told(mark.labels.n, 'firing');
    await this.#post([{ ...mark, ended: true }]);
    await this.#told(mark.labels.n, 'resolved');
  }

  /** Of one silence at both, under a name for `unsilence`. */
  async silence(
    name: string,
    matcher: readonly [name: string, operator: '=' | '!=' | '=~' | '!~', value: string],
  ): Promise<void> {
    const [label, operator, value] = matcher;
    const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 3_600_000).toISOString() };
    const who = { createdBy: 'test', comment: name };
    const theirs = { name: label, value, isRegex: operator.endsWith('~'), isEqual: operator.startsWith('=') };
    const [alertmanager, herald] = await Promise.all([
      post(`${this.#alertmanager}/api/v2/silences`, { matchers: [theirs], ...times, ...who }),
      post(`${this.#herald}/v1/silences`, { matchers: [`${label}${operator}"${value}"`], ...times, ...who }),
    ]);
    const ids = { alertmanager: alertmanager.body as { silenceID: string }, herald: herald.body as { id: string } };
    this.#silences.set(name, { alertmanager: ids.alertmanager.silenceID, herald: ids.herald.id });
  }

  async unsilence(name: string): Promise<void> {
    const ids = this.#silences.get(name)!;
    const ended = await Promise.all([
      fetch(`${this.#alertmanager}/api/v2/silence/${ids.alertmanager}`, { method: 'DELETE' }),
      fetch(`${this.#herald}/v1/silences/${ids.herald}?tenant=default`, { method: 'DELETE' }),
    ]);
    for (const { ok, status, url } of ended) if (!ok) throw new Error(`${url} answered ${status}`);
  }

  /** Per receiver and group, in order: the alerts of each notification with their status. Marks are left out. */
  told(side: Side): Record<string, string[]> {
    const groups: Record<string, string[]> = {};
    for (const { path, body } of this.#receiver.requests) {
      if (!path.startsWith(`/${side}/`)) continue;
      const { groupKey, alerts, status } = notificationIn({ body } as never);
      const own = alerts.filter(({ labels }) => labels.alertname !== MARK);
      if (own.length === 0) continue;
      const name = `${path.slice(side.length + 2)} ${groupKey}`;
      const line = own.map(({ labels, status: of }) => `${labels.alertname}/${labels.n ?? ''} ${of}`).sort();
      groups[name] = [...(groups[name] ?? []), `${status}: ${line.join(', ')}`];
    }
    return Object.fromEntries(Object.entries(groups).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async #post(alerts: readonly TestAlert[]): Promise<void> {
    const body = alerts.map(({ labels, ended }) => {
      const name = JSON.stringify(labels);
      const startsAt = this.#startsAt.get(name) ?? new Date().toISOString();
      if (ended === true) this.#startsAt.delete(name);
      else this.#startsAt.set(name, startsAt);
      const end = ended === true ? { endsAt: new Date(Date.now() - 1).toISOString() } : {};
      return { labels, annotations: {}, startsAt, ...end };
    });
    const answers = await Promise.all(
      [this.#alertmanager, this.#herald].map((url) => post(`${url}/api/v2/alerts`, body)),
    );
    for (const { status, body: why } of answers)
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(why)}`);
  }

  async #told(n: string, status: string): Promise<void> {
    const sides: readonly Side[] = ['alertmanager', 'herald'];
    for (const side of sides) {
      await until(
        `${side} to tell of mark ${n} ${status}`,
        () =>
          this.#receiver.requests.some(({ path, body }) => {
            if (path !== `/${side}/mark`) return false;
            return notificationIn({ body } as never).alerts.some(
              (alert) => alert.labels.n === n && alert.status === status,
            );
          }),
        { timeoutMs: 15_000, everyMs: 20, seen: () => this.told(side) },
      );
    }
  }

  /** Why Herald did not tell of an alert, by receiver: the reason codes of what holds it back. */
  async heldBy(fingerprint: string): Promise<Record<string, string[]>> {
    const { body } = await get(`${this.#herald}/v1/alerts/default/${fingerprint}`);
    const { ledger } = body as { ledger: { channel: string; decisions: { held: { code: string } | null }[] }[] };
    return Object.fromEntries(
      ledger.map(({ channel, decisions }) => [
        channel,
        [...new Set(decisions.flatMap(({ held }) => held?.code ?? []))],
      ]),
    );
  }
}

/** Marks have a route of their own before all others. */
const MARK_ROUTE: RouteModel = { receiver: 'mark', matchers: [`alertname="${MARK}"`], groupBy: ['alertname', 'n'] };

function withMarks({ route, receivers }: Model) {
  return { receivers: [...receivers, 'mark'], route: { ...route, routes: [MARK_ROUTE, ...(route.routes ?? [])] } };
}

function heraldConfig(model: Model, receiverUrl: string): string {
  const { receivers, route } = withMarks(model);
  const resources = [
    ['Route', 'root', { ...heraldRoute(route), ...TIMES }],
    ...(model.inhibitions ?? []).map((spec, i) => ['Inhibition', `rule-${i}`, spec]),
    ...Object.entries(model.timeIntervals ?? {}).map(([name, years]) => [
      'TimeInterval',
      name,
      { timeIntervals: [{ years: [years] }] },
    ]),
  ].map(([kind, name, spec]) => JSON.stringify({ apiVersion: 'herald/v1', kind, metadata: { name }, spec }));
  const channels = receivers.map((name) => webhookChannel(`${receiverUrl}/herald/${name}`, { name }));
  return `${SOURCES}${environments()}${channels.join('')}---\n${resources.join('\n---\n')}\n`;
}

function heraldRoute({ receiver, routes, ...rest }: RouteModel): object {
  const receivers = receiver === undefined ? {} : { receivers: [`channel/${receiver}`] };
  return { ...rest, ...receivers, ...(routes === undefined ? {} : { routes: routes.map(heraldRoute) }) };
}

/** JSON is YAML. */
function alertmanagerConfig(model: Model, receiverUrl: string): string {
  const { receivers, route } = withMarks(model);
  const named = (name: string) => {
    const url = `${receiverUrl}/alertmanager/${name}`;
    return { name, webhook_configs: [{ url, send_resolved: true }] };
  };
  return JSON.stringify({
    route: { ...alertmanagerRoute(route), ...TIMES_OF_ALERTMANAGER },
    receivers: receivers.map(named),
    inhibit_rules: (model.inhibitions ?? []).map(({ sourceMatch, targetMatch, equal }) => {
      return { source_matchers: sourceMatch, target_matchers: targetMatch, equal };
    }),
    time_intervals: Object.entries(model.timeIntervals ?? {}).map(([name, years]) => {
      return { name, time_intervals: [{ years: [years] }] };
    }),
  });
}

function alertmanagerRoute(route: RouteModel): object {
  const { receiver, matchers, groupBy, muteTimeIntervals, activeTimeIntervals, routes } = route;
  return {
    ...(receiver === undefined ? {} : { receiver }),
    ...(matchers === undefined ? {} : { matchers }),
    ...(groupBy === undefined ? {} : { group_by: groupBy }),
    ...(route.continue === undefined ? {} : { continue: route.continue }),
    ...(muteTimeIntervals === undefined ? {} : { mute_time_intervals: muteTimeIntervals }),
    ...(activeTimeIntervals === undefined ? {} : { active_time_intervals: activeTimeIntervals }),
    ...(routes === undefined ? {} : { routes: routes.map(alertmanagerRoute) }),
  };
}

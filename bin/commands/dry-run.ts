/** What would become of a file of alerts: decoded, classified, filtered and routed here, and nothing is sent or kept. */

import type { Alert, LabelSet } from '../../alert/alert.ts';
import { type DryRun, dryRun as decide } from '../../alert/dry-run.ts';
import type { Policy } from '../../alert/policy.ts';
import type { Standing } from '../../alert/standing.ts';
import { runTimeOf } from '../../api/run-time-answers.ts';
import { type AskList, standingIn } from '../../api/standing.ts';
import type { ResourceSet } from '../../resources/compile.ts';
import { printDuration } from '../../resources/duration.ts';
import { withShifts, withSubscriptions } from '../../resources/run-time.ts';
import { alertsFrom } from '../alerts-from.ts';
import { CLIENT_OPTIONS, type Client, createClient, describeAnswer, describeProblems } from '../client.ts';
import { type Command, CommandFailed } from '../command.ts';
import { type Print, printable } from '../print.ts';
import { resourcesIn } from '../resources.ts';

export const dryRun: Command = {
  usage: ['dry-run FILE|- [--source NAME]'],
  description:
    'Tells what would become of alerts by the resources of the configuration folder (--config for a candidate): environment,\n' +
    'filters, priority, groups and channels, each with its reason and rule, and what would hold them back now. Nothing is sent.\n' +
    'A running Herald is asked for what fires, and what people silenced, which namespaces they moved, which shifts they took and\nwhat they subscribed to; without one these play no part.',
  options: {
    source: { type: 'string', value: 'NAME', description: 'the Source that they would come through (alertmanager)' },
    json: { type: 'boolean', description: 'print {"policy", "runtime", "alerts", "problems"} as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 1, max: 1 },
  async run(input) {
    const {
      positionals: [file = '-'],
      options,
      environment,
      print,
    } = input;
    const set = await resourcesIn(environment.config);
    const now = Date.now();
    const { alerts, problems } = await alertsFrom(file, String(options.source ?? 'alertmanager'), set, now);
    const tenants = [...new Set(alerts.map(({ tenant }) => tenant))];
    const known = await knownNow(createClient(input), tenants, set, now);
    const results = alerts.map((alert) => {
      return { alert, decision: decide(known.policy, alert, now, known.standing?.get(alert.tenant) ?? null) };
    });
    if (options.json === true) {
      const tried = results.map(({ alert, decision }) => asJson(alert, decision));
      const runtime = known.standing !== null;
      print.json({ policy: known.policy.hash, runtime, alerts: tried, problems: problems.list });
    } else {
      for (const { alert, decision } of results) printDecision(alert, decision, print);
      if (known.standing === null)
        print.note(
          'no running Herald was asked: what fires, and what people silenced, moved, took over or subscribed to plays no part',
        );
      for (const line of describeProblems(problems.list, problems.count)) print.note(line);
      if (alerts.length === 0 && problems.count === 0) print.line('no alerts in it');
    }
    return problems.count === 0 ? 0 : 1;
  },
};

interface Known {
  /** With what people changed. */
  readonly policy: Policy;
  /** By tenant. null: no Herald answers, or none that may be asked. */
  readonly standing: ReadonlyMap<string, Standing> | null;
}

async function knownNow(client: Client, tenants: readonly string[], set: ResourceSet, now: number): Promise<Known> {
  const ask: AskList = (list, params) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(params)) query.set(name, String(value));
    return client.get(`/v1/${list}?${query}`);
  };
  const standing = new Map<string, Standing>();
  try {
    const { shifts, subscriptions } = await runTimeOf((path) => found(client, path), tenants, set);
    const { policy } = withShifts(withSubscriptions(set, subscriptions), shifts);
    for (const tenant of tenants) standing.set(tenant, await standingIn(ask, tenant, policy, now));
    return { policy, standing };
  } catch (error) {
    if (error instanceof CommandFailed) return { policy: set.policy, standing: null };
    throw error;
  }
}

/** null: 404. */
async function found(client: Client, path: string): Promise<unknown> {
  const answer = await client.request(path);
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw new CommandFailed(describeAnswer(answer));
  return answer.body;
}

function asJson(alert: Alert, decision: DryRun): object {
  const { tenant, fingerprint, status, labels } = alert;
  return { tenant, fingerprint, name: labels.alertname ?? null, status, ...decision };
}

function printDecision({ tenant, fingerprint, status, labels }: Alert, decision: DryRun, print: Print): void {
  const { bold, dim, green, red, yellow } = print.style;
  const state = status === 'firing' ? red(status) : green(status);
  print.line(`${bold(printable(labels.alertname ?? '(no alertname)'))}  ${printable(tenant)}/${fingerprint}  ${state}`);
  print.line(`  ${decision.environment}, ${decision.priority}, namespace ${printable(decision.namespace)}`);
  for (const { code, detail } of decision.reasons) print.line(`  ${dim(code)}  ${printable(detail)}`);
  for (const change of changes(labels, decision.labels)) print.line(`  ${dim('label')}  ${printable(change)}`);
  for (const { key, groupWait, channels, escalation = [], held } of decision.groups) {
    print.line(
      `  ${yellow('group')} ${printable(key)}, waits ${groupWait / 1000} s, tells ${channels.map(printable).join(', ')}`,
    );
    for (const { after, channels: next } of escalation) {
      print.line(`    ${dim('unless taken on for')} ${printDuration(after)}, tells ${next.map(printable).join(', ')}`);
    }
    if (held !== undefined) print.line(`    ${yellow('held back')} ${held.code}: ${printable(held.detail)}`);
  }
  if (decision.dropped) print.line(`  ${yellow('dropped: it would open nothing')}`);
  else if (decision.told.length === 0) print.line(`  ${yellow('nobody is told')}`);
  else print.line(`  ${green(`told: ${decision.told.map(printable).join(', ')}`)}`);
}

/** `team: db becomes storage`, for what Filters made of the labels. */
function changes(before: LabelSet, after: LabelSet): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${before[name] ?? '(none)'} becomes ${after[name] ?? '(none)'}`);
}

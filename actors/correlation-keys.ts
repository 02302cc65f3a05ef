/**
 * Before a window goes to the pool, the correlator plug-ins that its rules name give their keys, beside each other. One that fails
 * or is late gives none: its alerts go on without, and the run says so.
 */

import type { PluginAnswer } from '../alert/advice.ts';
import type { CorrelationRule, WindowAlert } from '../alert/correlation.ts';
import type { CorrelationTask } from '../alert/correlation-run.ts';
import { type Reason, reason } from '../alert/reason.ts';
import type { CorrelatedAlert } from '../rules/plugin.ts';

/** An answer for each alert, in their order. Never rejects, and never takes longer than the plug-in may. */
export type AskKeys = (key: string, alerts: readonly CorrelatedAlert[]) => Promise<readonly PluginAnswer<string>[]>;

export interface KeyedTask {
  readonly task: CorrelationTask;
  /** One for each plug-in that failed for some alert. */
  readonly problems: readonly Reason[];
}

/** The task itself where no rule names a plug-in. */
export async function withKeys(task: CorrelationTask, askKeys: AskKeys): Promise<KeyedTask> {
  const plugins = Map.groupBy(
    task.rules.filter(({ similarity }) => similarity?.plugin !== undefined),
    ({ similarity }) => similarity!.plugin!,
  );
  if (plugins.size === 0) return { task, problems: [] };
  const asked = await Promise.all(
    Array.from(plugins, ([plugin, rules]) => keysBy(plugin, concerned(task.alerts, rules), askKeys)),
  );
  const keys = new Map<string, Record<string, string>>();
  for (const { plugin, given } of asked) {
    for (const [fingerprint, key] of given) keys.set(fingerprint, { ...keys.get(fingerprint), [plugin]: key });
  }
  const alerts = task.alerts.map((alert) => {
    const own = keys.get(alert.fingerprint);
    return own === undefined ? alert : { ...alert, keys: own };
  });
  return { task: { ...task, alerts }, problems: asked.flatMap(({ problem }) => problem ?? []) };
}

function concerned(alerts: readonly WindowAlert[], rules: readonly CorrelationRule[]): readonly WindowAlert[] {
  return alerts.filter((alert) => rules.some(({ name }) => alert.rules.includes(name)));
}

async function keysBy(plugin: string, alerts: readonly WindowAlert[], askKeys: AskKeys) {
  const answers = alerts.length === 0 ? [] : await askKeys(plugin, alerts.map(correlatedAlert));
  const given: [fingerprint: string, key: string][] = [];
  let problem: Reason | null = null;
  let failures = 0;
  for (const [i, answer] of answers.entries()) {
    if (answer.ok && answer.opinion !== null) given.push([alerts[i]!.fingerprint, answer.opinion]);
    if (answer.ok) continue;
    failures++;
    problem ??= reason(answer.code, answer.detail);
  }
  if (problem !== null) {
    problem = reason(problem.code, `plug-in ${plugin}, for ${failures} of ${alerts.length} alerts: ${problem.detail}`);
  }
  return { plugin, given, problem };
}

function correlatedAlert(alert: WindowAlert): CorrelatedAlert {
  const { labels, message, namespace, owner, node, startsAt, environment, priority } = alert;
  return { labels, message, namespace, owner, node, startsAt, environment, priority };
}

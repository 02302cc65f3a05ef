/** The plug-ins of this process, and what is counted of them. */

import type { PluginThreadDeps } from '../rules/plugin-thread.ts';
import { Plugins } from '../rules/plugins.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { CounterTally, HistogramTally, readGauges } from '../telemetry/tally.ts';

const ANSWER_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function startPlugins({ registry }: Metrics, { clock, log }: Pick<PluginThreadDeps, 'clock' | 'log'>): Plugins {
  const alerts = new CounterTally(registry, {
    name: 'herald_plugin_alerts_total',
    help: 'Alerts that a plug-in was asked about, by its resource and by what came of it.',
    labels: ['plugin', 'result'],
  });
  const seconds = new HistogramTally(registry, {
    name: 'herald_plugin_seconds',
    help: 'From asking a plug-in about a batch to its answer, or to giving it up.',
    labels: ['plugin'],
    buckets: ANSWER_SECONDS,
  });
  const plugins = new Plugins({
    clock,
    log,
    answered(key, result, count, milliseconds) {
      alerts.add(count, key, result);
      seconds.observe(milliseconds / 1000, key);
    },
  });
  const paused = {
    name: 'herald_plugin_paused',
    help: 'Plug-ins that failed several times in a row and are left alone.',
  };
  readGauges(registry, paused, () => plugins.paused().map((plugin) => ({ labels: { plugin }, value: 1 })));
  return plugins;
}

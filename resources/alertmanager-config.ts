/**
 * A tenant's routes as an alertmanager.yml, for what reads that from a running Alertmanager: `amtool config show` and `config routes
 * test`. An Alertmanager's route has one receiver; several channels are one whose name lists them, which is how amtool prints several.
 */

import { type CompiledMatcher, printMatcher } from '../alert/matcher.ts';
import type { Route } from '../alert/route.ts';
import { printYaml } from './yaml-file.ts';

/** Where no route of the tenant matches, nobody is told. */
const NOBODY = 'nobody';

export function alertmanagerConfig(trees: readonly Route[]): string {
  const receivers = new Set([NOBODY]);
  const intervals = new Set<string>();
  const visit = (route: Route): object => {
    const { timing, groupBy } = route;
    const receiver = timing.channels.join(',') || NOBODY;
    receivers.add(receiver);
    const { muteTimeIntervals: mute = [], activeTimeIntervals: active = [] } = timing;
    for (const name of [...mute, ...active]) intervals.add(name);
    return {
      receiver,
      ...(route.matchers.length > 0 && {
        matchers: route.matchers.map((matcher: CompiledMatcher) => printMatcher(matcher)),
      }),
      group_by: groupBy ?? ['...'],
      group_wait: duration(timing.groupWait),
      group_interval: duration(timing.groupInterval),
      repeat_interval: duration(timing.repeatInterval),
      ...(mute.length > 0 && { mute_time_intervals: mute }),
      ...(active.length > 0 && { active_time_intervals: active }),
      ...(route.continue && { continue: true }),
      ...(route.routes.length > 0 && { routes: route.routes.map(visit) }),
    };
  };
  // Each tree is asked, whatever the ones before it say.
  const routes = trees.map((tree) => ({ ...visit(tree), continue: true }));
  return printYaml({
    route: { receiver: NOBODY, ...(routes.length > 0 && { routes }) },
    receivers: [...receivers].map((name) => ({ name })),
    ...(intervals.size > 0 && { time_intervals: [...intervals].map((name) => ({ name, time_intervals: [] })) }),
  });
}

/** Prometheus' durations know milliseconds. */
function duration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

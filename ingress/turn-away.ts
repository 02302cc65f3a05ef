/** A process that was told to stop takes nothing new in: its readiness says so, and who comes all the same is to come again. */

import { admissionOf } from './compiled-route.ts';
import { problem } from './problem.ts';
import type { Route } from './route.ts';

/** Whoever is back within that finds the next process. Seconds. */
const COME_AGAIN = '5';

/** Health and metrics are told to the end. What was begun before goes on: only heads are turned away. */
export function turningAway(route: Route, isLeaving: () => boolean): Route {
  if (route.access === 'everyone' || route.path === '/metrics') return route;
  const admit = admissionOf(route);
  return { ...route, admit: (head) => (isLeaving() ? leaving() : admit(head)) };
}

function leaving() {
  const detail = 'This process was told to stop. Nothing was kept.';
  return problem(503, 'Not accepted now', { code: 'ingress.leaving', detail, headers: { 'retry-after': COME_AGAIN } });
}

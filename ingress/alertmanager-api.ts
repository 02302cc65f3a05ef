/**
 * POST /api/v2/alerts, for what sends to an Alertmanager (Prometheus, amtool): its alerts belong to the Source named
 * `prometheus`. Answered as Alertmanager does: 200 with an empty body, 400 where some alerts are invalid and the others kept.
 */

import { admit, INTAKE_HEADERS } from './admission.ts';
import { accept, proven, type Taken, take } from './intake.ts';
import type { IntakePorts } from './intake-ports.ts';
import { invalid, reject, unknownSource } from './not-accepted.ts';
import type { Reply, Route } from './route.ts';
import type { IngressSource } from './source.ts';

const SOURCE = 'prometheus';

export function alertmanagerApiRoute(ports: IntakePorts): Route {
  const find = () => {
    const source = ports.findSource(SOURCE);
    return source?.format === 'prometheus' ? source : null;
  };
  return {
    method: 'POST',
    path: '/api/v2/alerts',
    access: 'source',
    headers: INTAKE_HEADERS,
    admit: (head) => admit(ports, find(), head),
    handle(request) {
      const source = find();
      if (source === null) return unknownSource(request.url);
      return proven(ports, source, request, () => {
        const taken = take(ports, source, request);
        if (taken instanceof Promise) return taken.then((body) => answer(ports, source, body));
        return answer(ports, source, taken);
      });
    },
  };
}

function answer(ports: IntakePorts, source: IngressSource, taken: Taken): Reply | Promise<Reply> {
  if (taken.code === 'refused') return taken.reply;
  const { decoded } = taken;
  return accept(ports, source, taken, (receipt) => {
    if (decoded.problems.count === 0) return { status: 200, receipt };
    return {
      ...reject(ports, source.name, 'alerts.invalid', invalid(400, decoded, taken.readAs, decoded.alerts.length)),
      receipt,
    };
  });
}

/** What fires, what people silenced and which namespaces they moved, asked of the archive for dry runs; the alerts of one request share the answer. */

import type { Policy } from '../alert/policy.ts';
import type { Standing } from '../alert/standing.ts';
import { standingIn } from '../api/standing.ts';
import { askArchive } from '../archive/ask.ts';
import type { Bus } from '../bus/connection.ts';

/** undefined: that cannot be asked now. */
export type AskStanding = (tenant: string, policy: Policy, now: number) => Promise<Standing | undefined>;

/** Milliseconds. */
const FRESH = 1000;
const MOST_TENANTS = 100;

interface Asked {
  readonly at: number;
  readonly policy: Policy;
  readonly answer: ReturnType<AskStanding>;
}

export function standingOf(bus: () => Bus | null): AskStanding {
  const asked = new Map<string, Asked>();
  return (tenant, policy, now) => {
    const known = asked.get(tenant);
    if (known !== undefined && known.policy === policy && now - known.at < FRESH) return known.answer;
    if (asked.size >= MOST_TENANTS) asked.clear();
    const answer = ask(bus(), tenant, policy, now);
    asked.set(tenant, { at: now, policy, answer });
    return answer;
  };
}

/** A dry run says what it can without an archive, and that it had none. */
async function ask(bus: Bus | null, tenant: string, policy: Policy, now: number): ReturnType<AskStanding> {
  if (bus?.connected() !== true) return undefined;
  const query = askArchive(bus.nc);
  try {
    return await standingIn((list, params) => query(list, { ...params, now }), tenant, policy, now);
  } catch (error) {
    bus.log.warn({ event: 'dry-run.no-archive', error }, 'a dry run knows nothing of what fires');
    return undefined;
  }
}

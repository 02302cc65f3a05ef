/** Whom the receivers of a group would reach now, for a dry run. */

import { reachedBy } from './group-reach.ts';
import { lineName } from './line-name.ts';
import type { GroupedAlert } from './notification.ts';
import { isPerson } from './people.ts';
import type { Policy, ReceiverTiming } from './policy.ts';
import type { Reason } from './reason.ts';

export interface DryReach {
  /** Names of lines: a channel, with the recipient behind a space. */
  readonly lines: readonly string[];
  /** Why these, and who is not reached, with the reason. */
  readonly reasons: readonly Reason[];
}

/** As many are listed: an audience may be thousands. */
const MOST_SHOWN = 100;

/** `reasons` are empty where the route names channels alone. */
export function dryReach(alert: GroupedAlert, { channels }: ReceiverTiming, now: number, policy: Policy): DryReach {
  if (!channels.some(isPerson)) return { lines: channels, reasons: [] };
  const { lines, unreached } = reachedBy(channels, [alert], new Map(), alert, now, policy);
  const why = lines.flatMap((line) =>
    line.reasons.map(({ code, detail }) => ({ code, detail: `${lineName(line)}: ${detail}` })),
  );
  const whyNot = unreached.map(({ recipient, reason: { code, detail } }) => ({
    code,
    detail: `${recipient}: ${detail}`,
  }));
  return { lines: lines.slice(0, MOST_SHOWN).map(lineName), reasons: [...why, ...whyNot].slice(0, MOST_SHOWN) };
}

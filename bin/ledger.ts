/**
 * The steps of an alert's history, its groups' decisions and its deliveries in one order of time. The answer of
 * `GET /v1/alerts/{tenant}/{fingerprint}` holds them as `history` and `ledger`; a delivery may carry its own `history`.
 */

import { isRecord, records, text } from './client.ts';

export interface LedgerStep {
  /** Unix time in milliseconds. */
  readonly at: number;
  /** `alert.opened`, `group.decided`, `delivery.delivered`, ... */
  readonly what: string;
  readonly channel: string | null;
  readonly notificationId: string | null;
  /** How many equal ones in a row this line stands for. */
  readonly count: number;
  readonly detail: string;
  readonly reasons: readonly { readonly code: string; readonly detail: string }[];
}

export interface ChannelVerdict {
  readonly channel: string;
  readonly told: boolean;
  readonly at: number;
  readonly why: string;
}

const LISTS = ['history', 'ledger', 'decisions', 'deliveries'] as const;

export function ledgerSteps(alert: Readonly<Record<string, unknown>>): LedgerStep[] {
  const steps = LISTS.flatMap((list) => records(alert[list]).flatMap((entry) => stepsOf(entry, list)));
  return steps.sort((a, b) => a.at - b.at);
}

function stepsOf(entry: Record<string, unknown>, list: string): LedgerStep[] {
  const own = records(entry.history);
  const { history: _, ...rest } = entry;
  if (own.length > 0) return own.flatMap((part) => stepsOf({ ...rest, ...part }, list));
  const detail = isRecord(entry.detail) ? JSON.stringify(entry.detail) : text(entry.detail);
  return [
    {
      at: new Date((entry.at ?? entry.updatedAt ?? 0) as number | string).getTime() || 0,
      what: text(
        entry.type ?? entry.step ?? entry.kind ?? entry.state ?? (list === 'decisions' ? 'group.decided' : list),
      ),
      channel: typeof entry.channel === 'string' ? entry.channel : null,
      notificationId: typeof entry.notificationId === 'string' ? entry.notificationId : null,
      count: Number(entry.count ?? 1),
      detail,
      reasons: records(entry.reasons).map(({ code, detail: why }) => ({ code: text(code), detail: text(why) })),
    },
  ];
}

/** What came of it last, for each channel: only a delivery that the channel accepted counts as told. */
export function verdicts(steps: readonly LedgerStep[]): ChannelVerdict[] {
  const last = new Map<string, ChannelVerdict>();
  for (const { channel, what, at, reasons } of steps) {
    if (channel === null) continue;
    const why = reasons.map(({ code, detail }) => `${code}: ${detail}`).join('; ');
    const told = what.endsWith('delivered');
    // That nothing new was to be told does not undo what was told before.
    if (!told && what.startsWith('group') && last.get(channel)?.told === true) continue;
    last.set(channel, { channel, told, at, why });
  }
  return [...last.values()];
}

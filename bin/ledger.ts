/**
 * The answer of `GET /v1/alerts/{tenant}/{fingerprint}` (archive/queries/alert.ts) as steps in the order of time: its
 * history, the incidents that it is part of, and of its ledger, for each channel, what the group's flushes decided and what came
 * of the deliveries.
 */

import { isRecord, records, text } from './client.ts';

export interface LedgerStep {
  readonly at: string;
  /** `alert.opened`, `group.flushed`, `delivery.delivered`, ... */
  readonly what: string;
  /** null: a step of the alert itself. */
  readonly channel: string | null;
  /** How many equal ones in a row this line stands for; `at` is the newest of them. */
  readonly times: number;
  /** Each a line: what the step says of itself, then its reasons. */
  readonly details: readonly string[];
}

export interface ChannelVerdict {
  readonly channel: string;
  readonly told: boolean;
  /** When the last delivery changed, or the last flush decided; empty when nothing was decided yet. */
  readonly at: string;
  readonly why: string;
}

export function ledgerSteps(alert: Readonly<Record<string, unknown>>): LedgerStep[] {
  const own = records(alert.history).map((line) => step(line, text(line.type), null));
  const told = records(alert.ledger).flatMap(({ channel, decisions, deliveries }) => [
    ...records(decisions).map((line) => step(line, 'group.flushed', text(channel))),
    ...records(deliveries).flatMap(({ history }) =>
      records(history).map((line) => step(line, text(line.type), text(channel))),
    ),
  ]);
  const incidents = records(alert.incidents).map((line): LedgerStep => {
    const because = Array.isArray(line.because) ? line.because.map(String) : [];
    const details = [`${text(line.kind)} ${text(line.id)} by rule ${text(line.rule)}`, ...because];
    return { at: text(line.joinedAt), what: `${text(line.kind)}.joined`, channel: null, times: 1, details };
  });
  // Answers are newest first; reversed, lines of the same millisecond stay in their order.
  return [...own.reverse(), ...incidents.reverse(), ...told].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function step(line: Record<string, unknown>, what: string, channel: string | null): LedgerStep {
  const detail = isRecord(line.detail) ? JSON.stringify(line.detail) : text(line.detail);
  const details = detail === '' ? because(line) : [detail, ...because(line)];
  return { at: text(line.at), what, channel, times: Number(line.times ?? 1), details };
}

/** One for each channel of each of its groups. */
export function verdicts(alert: Readonly<Record<string, unknown>>): ChannelVerdict[] {
  return records(alert.ledger).map((line) => {
    const last = records(line.deliveries)[0];
    const refusal = records(line.decisions)[0];
    const channel = text(line.channel);
    if (last) return { channel, told: line.notified === true, at: text(last.updatedAt), why: because(last).join('; ') };
    if (refusal) return { channel, told: false, at: text(refusal.at), why: because(refusal).join('; ') };
    const next = text(line.nextFlush);
    return {
      channel,
      told: false,
      at: '',
      why: next === '' ? 'nothing was decided yet' : `its group is looked at next at ${next}`,
    };
  });
}

/** What holds this alert back stands before what the flush says of its group. */
function because(line: Record<string, unknown>): string[] {
  const held = isRecord(line.held) ? [line.held] : [];
  return [...held, ...records(line.reasons)].map(({ code, detail }) => `${text(code)}: ${text(detail)}`);
}

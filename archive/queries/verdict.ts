/**
 * What can be said of a receiver of an alert, and what that is judged by.
 *
 *   told        the channel accepted a notification that says so, the newest one; an audience: for every member
 *   counted     it is counted in a notification that has no room to list it; an audience: some members are told
 *   on-its-way  a notification is made, and its channel has not accepted it yet
 *   retrying    an attempt failed in a way that may pass
 *   uncertain   whether the channel accepted it is not known
 *   diverted    its channel could not tell it, or only hands on: another one was asked
 *   dead-letter the channel refused it, or there is none: a person must decide
 *   held        it is held back, and kept
 *   waiting     its group has not decided about it yet
 *   not-told    its group decided that there is nothing to tell
 *   dropped     a rule drops it
 *   no-route    no route matches it
 */

import type { AlertRow, DecisionRow, GroupMemberRow, GroupRow, HoldRow } from '../schema.ts';
import type { LedgerRows, Telling } from './ledger-rows.ts';
import type { Why } from './words.ts';

export const VERDICTS = [
  'told',
  'counted',
  'on-its-way',
  'retrying',
  'uncertain',
  'diverted',
  'dead-letter',
  'held',
  'waiting',
  'not-told',
  'dropped',
  'no-route',
] as const;

/** What is known of one receiver. */
export interface Facts {
  readonly alert: AlertRow;
  readonly group: GroupRow;
  /** Name of the line (alert/line-name.ts). */
  readonly line: string;
  readonly taken: LedgerRows['taken'];
  readonly member: GroupMemberRow | null;
  /** That lasts. */
  readonly hold: HoldRow | null;
  /** The newest. */
  readonly decision: DecisionRow | null;
  /** Newest first. */
  readonly tellings: readonly Telling[];
  /** Of every group and channel. */
  readonly all: readonly Telling[];
}

export interface Found {
  readonly verdict: (typeof VERDICTS)[number];
  /** When that came to be; RFC 3339. null: it has not been decided yet. */
  readonly at: string | null;
  /** The whole answer in a line, for a person. */
  readonly answer: string;
  readonly reasons: readonly Why[];
  readonly notificationId?: string | null;
  readonly attempts?: number;
}

/**
 * What the partition needs to know of a kind of entity (alert, group, holds, channel): how it decides, how it changes, when it
 * wants to be called. Each kind is a few lines around a pure decision.
 */

import type { Advice } from '../alert/advice.ts';
import type { CorrelationTask } from '../alert/correlation-run.ts';
import type { EntityKindName } from '../alert/entity-address.ts';
import type { Entry } from '../alert/entry.ts';
import type { HoldsState } from '../alert/holds-state.ts';
import type { Policy } from '../alert/policy.ts';
import type { Placement } from '../alert/promotion-state.ts';
import type { Reason } from '../alert/reason.ts';
import type { JournalEvent } from '../bus/journal.ts';
import type { Send } from '../channels/delivery.ts';

/** What is the same for everything that one commit decides. */
export type CommitContext = Omit<DecisionContext, 'key' | 'position' | 'quietUntil'>;

export interface DecisionContext {
  /** Read once for the whole commit. Unix time in milliseconds. */
  readonly now: number;
  readonly policy: Policy;
  /** Of the entity that decides. */
  readonly key: string;
  /** Unique per input of this partition, the same after a replay of it. */
  readonly position: string;
  /** Until when its last look found nothing to do (EntityDecision); 0: it did not say so. */
  readonly quietUntil: number;
  /** Between 0 and 1. */
  random(): number;
  /** What this partition knows of a tenant's silences and inhibiting alerts: to be read, not to be changed. */
  holds(tenant: string): HoldsState | null;
  /** Where people put a tenant's namespaces; null: nowhere. */
  placements(tenant: string): ReadonlyMap<string, Placement> | null;
  /** What plug-ins said of an input before it is decided; empty where none was asked. */
  advice(entry: Entry): readonly Advice[];
}

/** An answer to a person's command, published after the commit. */
export interface CommandReply {
  readonly to: string;
  readonly ok: boolean;
  /** HTTP status that says it best. */
  readonly status: number;
  readonly reasons: readonly Reason[];
}

/** Something to hand to a channel's sender after the commit. */
export type { Send };

export interface EntityDecision {
  readonly events: readonly JournalEvent[];
  readonly effects: readonly Entry[];
  readonly replies: readonly CommandReply[];
  readonly sends: readonly Send[];
  /** For the pool, after the commit. Left out where there is none, as for nearly everything. */
  readonly task?: CorrelationTask;
  /** It was asked because its time had come, and nothing changed: it is not asked to settle before then. Forgotten in a takeover. */
  readonly quietUntil?: number;
}

/** Of nearly every decision: one for all of them. */
export const NO_REPLIES: EntityDecision['replies'] = Object.freeze([]);
export const NO_SENDS: EntityDecision['sends'] = Object.freeze([]);

export interface EntityKind<State, Command> {
  readonly kind: EntityKindName;
  /** Pure: no I/O, no clock. May throw: the command then goes to the dead letters. */
  decide(state: State | null, command: Command, context: DecisionContext): EntityDecision;
  /** null: the entity has ended. */
  evolve(state: State | null, event: JournalEvent): State | null;
  /** What it is counted as, a text that many share. Without it they are not counted. */
  classOf?(state: State): string;
  /** When it wants to be settled without further input. Unix time in milliseconds. */
  dueAt(state: State, policy: Policy, key: string): number | null;
  /** What to ask an entity that was touched or is due, once the inputs of a commit are decided. */
  settle(state: State, now: number, policy: Policy): Command | null;
  /** What to ask every entity of the kind after a takeover. */
  recovered?(state: State): Command | null;
  /** How many of them stay awake in a partition. Without it: all that had a turn in the last minute. */
  readonly mostAwake?: number;
  /** Plain data for a snapshot, and back. */
  pack(state: State): unknown;
  unpack(packed: unknown): State;
}

/** Kinds differ in their state and commands; the table of entities holds them side by side. */
// biome-ignore lint/suspicious/noExplicitAny: existential type; each slot pairs a kind with its own state
export type AnyEntityKind = EntityKind<any, any>;

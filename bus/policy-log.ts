/**
 * Which policies were activated, when and by whom: a stream of its own, so that a hash in the ledger can be read after every
 * restart. Several processes activate the same change; the stream's last sequence lets one of them write it down
 * (docs/decisions/30-policy-versions.md).
 */

import type { Bus } from './connection.ts';
import { AppendRefused, publishAcknowledged } from './publish.ts';
import { POLICIES_STREAM, subjects } from './subjects.ts';

export interface PolicyActivation {
  /** Of what decides: that which decisions name. */
  readonly hash: string;
  /** Of all resources, the sources included. */
  readonly resources: string;
  /** How many resources it is made of. */
  readonly count: number;
  /** The first of the files, and how many there are. */
  readonly files: readonly string[];
  readonly fileCount: number;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Host and process id. */
  readonly process: string;
}

const PATIENCE = 5000;
/** Others that write at the same time; each round one of them is done. */
const MOST_TRIES = 20;

/** Resolves with false where it is what was activated last: by another process, or by this one before it was restarted. */
export async function recordActivation(bus: Bus, activation: PolicyActivation): Promise<boolean> {
  const body = JSON.stringify(activation);
  for (let tries = 1; ; tries++) {
    const last = await lastMessage(bus, subjects.allPolicies);
    if (last !== null && read(last.data).hash === activation.hash) return false;
    const expectLastSequence = last?.seq ?? (await bus.jsm.streams.info(POLICIES_STREAM)).state.last_seq;
    try {
      const messageId = `${activation.hash}.${expectLastSequence}.${activation.process}`;
      await publishAcknowledged(bus, subjects.policy(activation.hash), body, {
        messageId,
        expectLastSequence,
        patience: PATIENCE,
      });
      return true;
    } catch (error) {
      if (!(error instanceof AppendRefused) || tries === MOST_TRIES) throw error;
    }
  }
}

/** Its last activation; null where none is known (any more). */
export async function activationOf(bus: Bus, hash: string): Promise<PolicyActivation | null> {
  // What is no token of a subject is no hash.
  if (!/^[\w-]+$/.test(hash)) return null;
  const message = await lastMessage(bus, subjects.policy(hash));
  return message === null ? null : read(message.data);
}

/** The newest first, at most `limit` of them. */
export async function lastActivations(bus: Bus, limit: number): Promise<PolicyActivation[]> {
  const { first_seq, last_seq } = (await bus.jsm.streams.info(POLICIES_STREAM)).state;
  const found: PolicyActivation[] = [];
  for (let seq = last_seq; seq >= first_seq && seq > 0 && found.length < limit; seq--) {
    const message = await bus.jsm.streams.getMessage(POLICIES_STREAM, { seq });
    if (message !== null) found.push(read(message.data));
  }
  return found;
}

function lastMessage(bus: Bus, subject: string) {
  return bus.jsm.streams.getMessage(POLICIES_STREAM, { last_by_subj: subject });
}

function read(data: Uint8Array): PolicyActivation {
  return JSON.parse(Buffer.from(data).toString()) as PolicyActivation;
}

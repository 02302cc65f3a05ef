/** Herald's promises, each judged by the journals, the senders' ledger and what the receiver got. */

import assert from 'node:assert/strict';
import type { JournalEvent } from '../../bus/journal.ts';
import type { ReceivedRequest } from '../support/receiver.ts';
import type { Evidence } from './evidence.ts';
import { CONCURRENCY, opensOf, type Traffic } from './traffic.ts';

/** Nothing of an older owner behind a newer fence, nothing missing in between. */
export function assertOneOwnerAtATime(evidence: Evidence): void {
  for (const [partition, records] of evidence.records) {
    let epoch = 0;
    let last = 0;
    for (const record of records) {
      if (record.kind === 'fence') {
        assert.equal(record.fence.epoch, epoch + 1, `${partition} ${record.seq}: fences follow each other`);
        epoch = record.fence.epoch;
      } else if (record.kind === 'commit') {
        const { commit, seq } = record;
        assert.equal(commit.epoch, epoch, `${partition} ${seq}: written by the owner of its time`);
        assert.equal(commit.previous, last, `${partition} ${seq}: follows the commit before it`);
        last = seq;
      }
    }
  }
}

export function assertAcceptedOnce(evidence: Evidence, traffic: Traffic): void {
  const wrong: string[] = [];
  for (const [receipt, { group, round, keys }] of traffic.accepted) {
    for (let i = 0; i < keys.length; i++) {
      const times = evidence.timesDecided(receipt, i);
      if (times !== 1) wrong.push(`${group} round ${round} alert ${i}: decided ${times} times`);
    }
  }
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} accepted alerts were not decided exactly once`);
}

/** Per fingerprint the reports are decided in the order in which they were accepted, and it opens as often as it should. */
export function assertInOrder(evidence: Evidence, traffic: Traffic, rounds: number): void {
  const order = new Map<string, number[]>();
  const opened = new Map<string, number>();
  for (const event of evidence.allEvents()) {
    const round = roundOf(event, traffic);
    if (round !== null) order.set(event.key, [...(order.get(event.key) ?? []), round]);
    if (event.type === 'alert.opened') opened.set(event.key, (opened.get(event.key) ?? 0) + 1);
  }
  for (const { keys, group } of traffic.requests.flat()) {
    for (const key of keys) {
      const rounds = order.get(key) ?? [];
      assert.deepEqual(rounds, rounds.toSorted(), `${group} ${key}: decided in the order of acceptance`);
    }
    assert.equal(opened.get(keys[0]!), opensOf(group, rounds), `${group}: opens as often as it was reported to`);
  }
}

/** null where the event does not say which report led to it: one of a request that got no answer. */
function roundOf(event: JournalEvent, traffic: Traffic): number | null {
  if (!('cause' in event) || event.cause === null) return null;
  const request = traffic.accepted.get(event.cause.receipt);
  if (request !== undefined) return request.round;
  const annotations =
    event.type === 'alert.opened' ? event.alert.annotations : 'annotations' in event && event.annotations;
  return annotations ? Number(annotations.round) : null;
}

/** Effects arrive at the other partition exactly once: what fires in its groups, notifications in their channels. */
export function assertEffectsOnce(evidence: Evidence): void {
  const left = evidence.effectsUnderWay();
  assert.deepEqual(left, [], 'effects that were lost (positive) or taken in twice (negative)');
}

/** One id per event of a group, sent once; again only where the ledger says that the owner died with the send in flight. */
export function assertNotifiedOnce(evidence: Evidence, received: readonly ReceivedRequest[], deaths: number): number {
  const flushed = evidence.events('group.flushed');
  const decided = flushed.flatMap((event) => event.decisions.flatMap(({ notificationId }) => notificationId ?? []));
  assert.equal(new Set(decided).size, decided.length, 'an id stands for one event of a group');
  const sends = Map.groupBy(received, idOf);
  assert.deepEqual([...sends.keys()].sort(), decided.toSorted(), 'what was decided is what was received');
  const uncertain = Map.groupBy(evidence.events('delivery.uncertain'), ({ notificationId }) => notificationId);
  for (const [id, list] of sends) {
    const allowed = 1 + (uncertain.get(id)?.length ?? 0);
    assert.ok(list.length <= allowed, `${id} was sent ${list.length} times, the ledger explains ${allowed}`);
    for (const again of list) assert.equal(contentOf(again), contentOf(list[0]!), `${id} always says the same`);
  }
  const inFlight = [...uncertain.values()].flat().length;
  assert.ok(inFlight <= deaths * CONCURRENCY, `${inFlight} uncertain sends, at most ${CONCURRENCY} can be in flight`);
  return [...sends.values()].filter((list) => list.length > 1).length;
}

/** First arrivals of a group come in the order of its events, and the end of everything is told last. */
export function assertToldInOrder(received: readonly ReceivedRequest[]): void {
  const first = new Map<string, ReceivedRequest>();
  for (const request of received) if (!first.has(idOf(request))) first.set(idOf(request), request);
  const byLife = Map.groupBy(first.values(), (request) => idOf(request).slice(0, idOf(request).lastIndexOf('-')));
  for (const [life, list] of byLife) {
    const counts = list.map((request) => Number(idOf(request).slice(life.length + 1)));
    assert.deepEqual(
      counts,
      counts.map((_, i) => i + 1),
      `${life}: told in order`,
    );
    assert.equal((JSON.parse(list.at(-1)!.body) as { status: string }).status, 'resolved', `${life}: its end is told`);
  }
}

function idOf(request: ReceivedRequest): string {
  return String(request.headers['webhook-id']);
}

/** Without the number of the attempt. */
function contentOf({ body }: ReceivedRequest): string {
  const { herald, ...rest } = JSON.parse(body) as { herald: { attempt?: number } };
  return JSON.stringify({ ...rest, herald: { ...herald, attempt: 0 } });
}

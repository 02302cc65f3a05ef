/**
 * Whom a receiver reaches now, and by which channel: pure, with a reason for everybody who is told and for everybody who is not.
 *
 *   channel       itself
 *   user          by the first preference that fits, else by the first contact; not in quiet hours unless it breaks through
 *   team          its channels, its members, or both; `otherwise` where that reaches nobody
 *   schedule      whoever is on call; `otherwise` in a gap
 *   audience      itself, as one line by its channel, however many it is
 *   subscription  everybody who subscribes to the same
 *
 * A receiver is stranded when it reaches nobody, now or when quiet hours end. Two ways to one line are one line.
 */

import type { Priority } from './alert.ts';
import { audienceLine } from './audience.ts';
import { contactsOf, othersOf, quietUntil, recipientOf } from './contact.ts';
import { lineName } from './line-name.ts';
import type { Recipient } from './notification.ts';
import type { Directory } from './people.ts';
import { type Reason, reason } from './reason.ts';

export interface ReachFacts {
  readonly tenant: string;
  /** The most urgent of what is to be told. */
  readonly priority: Priority;
  /** Something of it has severity="critical". */
  readonly critical: boolean;
  /** Unix time in milliseconds. */
  readonly now: number;
}

/** One channel to one recipient, or to the whole channel. */
export interface Line {
  /** Name of the Channel. */
  readonly channel: string;
  readonly recipient?: Recipient;
  /** The receivers, as the route or the step names them, that lead here. */
  readonly via: readonly string[];
  /** Why this one, and why by this channel. Empty for a channel itself. */
  readonly reasons: readonly Reason[];
}

export interface Unreached {
  /** As the route or the step names it. */
  readonly receiver: string;
  /** Who of it: `user/alice`, or the receiver itself. */
  readonly recipient: string;
  readonly reason: Reason;
  /** Unix ms at which that may be another; null: not by itself. */
  readonly until: number | null;
}

export interface Reached {
  readonly lines: readonly Line[];
  readonly unreached: readonly Unreached[];
  /** Receivers that reach nobody. */
  readonly stranded: ReadonlySet<string>;
}

/** Beyond that a receiver is cut off, and says so: an audience is bounded (docs/decisions/48-people.md). */
export const MOST_LINES = 10_000;

export function reach(receivers: Iterable<string>, facts: ReachFacts, directory: Directory): Reached {
  const search = new Search(facts, directory);
  for (const receiver of receivers) search.look(receiver);
  return search.result();
}

type Course = readonly Reason[];

class Search {
  readonly #facts: ReachFacts;
  readonly #directory: Directory;
  readonly #lines = new Map<string, { line: Line; via: Set<string>; reasons: Reason[] }>();
  readonly #unreached: Unreached[] = [];
  readonly #stranded = new Set<string>();
  /** As the route names it: what is looked at now is part of it. */
  #receiver = '';
  /** The receiver has reached somebody, or will. */
  #reached = false;

  constructor(facts: ReachFacts, directory: Directory) {
    this.#facts = facts;
    this.#directory = directory;
  }

  look(receiver: string): void {
    this.#receiver = receiver;
    this.#reached = false;
    this.#visit(receiver, []);
    if (!this.#reached) this.#stranded.add(receiver);
  }

  result(): Reached {
    const lines = [...this.#lines.values()].map(({ line, via, reasons }) => ({ ...line, via: [...via], reasons }));
    return { lines, unreached: this.#unreached, stranded: this.#stranded };
  }

  #visit(receiver: string, course: Course): void {
    const [kind, name] = split(receiver);
    switch (kind) {
      case null:
        this.#tell({ channel: name }, course);
        break;
      case 'user':
        this.#user(receiver, name, course);
        break;
      case 'team':
        this.#team(receiver, name, course);
        break;
      case 'schedule':
        this.#schedule(receiver, name, course);
        break;
      case 'audience':
        this.#audience(receiver, name, course);
        break;
      case 'subscription':
        this.#subscribers(receiver, name, course);
        break;
      default:
        this.#unknown(receiver);
    }
  }

  #user(receiver: string, name: string, course: Course): void {
    const user = this.#directory.user(this.#facts.tenant, name);
    if (user === null) {
      this.#unknown(receiver);
      return;
    }
    const quiet = quietUntil(user, this.#facts);
    const { contacts, why } = contactsOf(user, this.#facts);
    if (contacts.length === 0) this.#miss(receiver, reason('reach.no-contact'), null);
    else if (quiet !== null) this.#leaveAlone(receiver, quiet);
    else {
      const next = othersOf(user, contacts);
      for (const contact of contacts) {
        this.#tell({ channel: contact.channel, recipient: recipientOf(user, contact, next) }, [...course, why]);
      }
    }
  }

  /** Told when the quiet hours end, if it fires still then. */
  #leaveAlone(receiver: string, quiet: number): void {
    this.#reached = true;
    const until = quiet === Number.POSITIVE_INFINITY ? null : quiet;
    const shown = until === null ? 'always' : `until ${new Date(until).toISOString()}`;
    const detail = `${shown}; ${this.#facts.priority} does not break through`;
    this.#miss(receiver, reason('reach.quiet-hours', detail), until);
  }

  #team(receiver: string, name: string, course: Course): void {
    const team = this.#directory.team(this.#facts.tenant, name);
    if (team === null) {
      this.#unknown(receiver);
      return;
    }
    const part = [...course, reason('reach.team', receiver)];
    const before = this.#reached;
    this.#reached = false;
    if (team.tell !== 'members') for (const channel of team.channels) this.#visit(channel, part);
    if (team.tell !== 'channels') for (const member of team.members) this.#visit(`user/${member}`, part);
    if (!this.#reached) this.#otherwise(receiver, team.otherwise, reason('reach.empty-team', receiver), null, course);
    this.#reached ||= before;
  }

  #schedule(receiver: string, name: string, course: Course): void {
    const schedule = this.#directory.schedule(this.#facts.tenant, name);
    if (schedule === null) {
      this.#unknown(receiver);
      return;
    }
    const { user, detail, until } = schedule.at(this.#facts.now);
    const why = `${receiver}: ${detail}`;
    if (user === null) {
      this.#otherwise(receiver, schedule.otherwise, reason('reach.gap', why), until, course);
      return;
    }
    const before = this.#reached;
    this.#reached = false;
    this.#visit(`user/${user}`, [...course, reason('reach.on-call', why)]);
    if (!this.#reached)
      this.#otherwise(receiver, schedule.otherwise, reason('reach.on-call-unreachable', why), until, course);
    this.#reached ||= before;
  }

  #audience(receiver: string, name: string, course: Course): void {
    const audience = this.#directory.audience(this.#facts.tenant, name);
    if (audience === null) {
      this.#unknown(receiver);
      return;
    }
    const why = reason('reach.audience', `${receiver}: ${audience.size} recipients`);
    this.#tell({ channel: audience.channel, recipient: audienceLine(name) }, [...course, why]);
  }

  #subscribers(receiver: string, name: string, course: Course): void {
    const subscribers = this.#directory.subscribers(this.#facts.tenant, name);
    if (subscribers === null) {
      this.#unknown(receiver);
      return;
    }
    for (const { receiver: subscriber, by, void: why } of subscribers) {
      if (why === null) this.#visit(subscriber, [...course, reason('reach.subscribed', by)]);
      else this.#miss(subscriber, reason('reach.subscription-void', `${by}: ${why}`), null);
    }
  }

  /** Nobody of it, so those that it names for that. They name no team and no schedule that could lead back here. */
  #otherwise(receiver: string, others: readonly string[], why: Reason, until: number | null, course: Course): void {
    this.#miss(receiver, why, until);
    for (const other of others)
      this.#visit(other, [...course, reason('reach.otherwise', `${receiver}: ${why.detail}`)]);
  }

  #tell({ channel, recipient }: Pick<Line, 'channel' | 'recipient'>, reasons: Course): void {
    const name = lineName(recipient === undefined ? { channel } : { channel, recipient });
    const known = this.#lines.get(name);
    if (known === undefined && this.#lines.size >= MOST_LINES) {
      this.#miss(recipient?.name ?? channel, reason('reach.too-many', `${MOST_LINES} are told already`), null);
      return;
    }
    this.#reached = true;
    if (known !== undefined) {
      known.via.add(this.#receiver);
      return;
    }
    const line = { channel, ...(recipient === undefined ? {} : { recipient }), via: [], reasons: [] };
    this.#lines.set(name, { line, via: new Set([this.#receiver]), reasons: [...reasons] });
  }

  #unknown(receiver: string): void {
    this.#miss(receiver, reason('reach.unknown', `${receiver} is not declared (any more)`), null);
  }

  #miss(recipient: string, why: Reason, until: number | null): void {
    this.#unreached.push({ receiver: this.#receiver, recipient, reason: why, until });
  }
}

/** No kind: a channel's bare name. */
function split(receiver: string): [kind: string | null, name: string] {
  const slash = receiver.indexOf('/');
  if (slash < 0) return [null, receiver];
  return [receiver.slice(0, slash), receiver.slice(slash + 1)];
}

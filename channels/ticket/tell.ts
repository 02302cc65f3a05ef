/**
 * One ticket for a group: opened by the first notification, commented by the later ones, resolved by the last.
 *
 *   known ticket | firing                     | resolved
 *   -------------|----------------------------|------------------------------------------
 *   none         | look for it, else open one | look for it, else nothing to resolve
 *   open         | comment                    | resolve
 *   resolved     | look for it, else open one | nothing: it is resolved
 *   gone         | look for it, else open one | nothing: nobody misses it
 *
 * Nothing is done twice. The group's correlation stands in the ticket, and every text carries the notification's id. Whoever does
 * not know a ticket looks for it first, since an attempt whose answer was lost, or that a crash hid, may have opened it;
 * and a second attempt looks first whether its words stand in the ticket already.
 *
 * One window is left: the network may hold a request back until the look that came after it has found nothing. A ticket that a later attempt
 * opened is therefore remembered as doubtful, and who ends it looks for a second one and ends that as well.
 */

import { createHash } from 'node:crypto';
import type { Notification } from '../../alert/notification.ts';
import type { ApiAnswer, ApiFailure } from '../api-call.ts';
import type { Outcome } from '../outcome.ts';
import { shortened } from '../shorten.ts';
import type { Templates } from '../template/templates.ts';
import { type Reference, readReference, type Ticket, writeReference } from './reference.ts';
import { type TicketTexts, ticketTexts } from './template.ts';

/** More of one group than anybody should have opened. */
export const MOST_FOUND = 10;

export interface FoundTicket extends Ticket {
  readonly finished: boolean;
}

export type Step<T> = { readonly ok: true; readonly value: T } | ApiFailure;

/** What a ticket system can do. Texts are plain, and carry the mark of their notification (see `marked`). */
export interface TicketSystem {
  /** The newest tickets of the correlation, the newest first, finished ones included. */
  find(correlation: string, signal: AbortSignal): Promise<Step<readonly FoundTicket[]>>;
  open(opening: Opening, signal: AbortSignal): Promise<Step<Ticket>>;
  /** Whether `mark` stands in the description or in a comment. */
  holds(ticket: Ticket, mark: string, signal: AbortSignal): Promise<Step<boolean>>;
  comment(ticket: Ticket, text: MarkedText, signal: AbortSignal): Promise<ApiAnswer>;
  /** `false`: somebody had done it already. `told`: the text stands in it. */
  resolve(ticket: Ticket, text: MarkedText, told: boolean, signal: AbortSignal): Promise<Step<boolean>>;
}

export interface Opening {
  readonly correlation: string;
  readonly notification: Notification;
  readonly title: string;
  readonly description: MarkedText;
}

/** A text and what names its notification, which must survive when the text is cut. */
export interface MarkedText {
  readonly text: string;
  readonly mark: string;
}

export interface TicketPorts {
  readonly type: string;
  readonly system: TicketSystem;
  readonly templates: Templates;
}

export async function tell(
  { type, system, templates }: TicketPorts,
  notification: Notification,
  attempt: number,
  signal: AbortSignal,
  earlier: string | null,
): Promise<Outcome> {
  const texts = await ticketTexts(templates, type, notification);
  const telling: Telling = { system, notification, attempt, signal, texts, correlation: correlationOf(notification) };
  const known = readReference(earlier);
  const outcome = await (known === null || known.finished ? lookFirst(telling) : goOn(telling, known, known.doubtful));
  return texts.failures.length === 0 ? outcome : { ...outcome, detail: [outcome.detail, ...texts.failures].join('; ') };
}

/** The same for every notification of the group to the same receiver; 39 characters, fit for a label. */
export function correlationOf({ tenant, channel, groupId, recipient }: Notification): string {
  const whose = [tenant, channel, groupId, recipient?.name ?? ''].join('\n');
  return `herald-${createHash('sha256').update(whose).digest('hex').slice(0, 32)}`;
}

/** The text cut to `most` UTF-16 units, its mark in the last line. */
export function marked({ text, mark }: MarkedText, most: number): string {
  const end = `\n\nHerald ${mark}`;
  return `${shortened(text, most - end.length)}${end}`;
}

/** The mark ends its line: `n-1` does not stand in `n-10`. */
export function holdsMark(text: string, mark: string): boolean {
  return text.split(/\r?\n/).some((line) => line.trimEnd().endsWith(`Herald ${mark}`));
}

interface Telling {
  readonly system: TicketSystem;
  readonly notification: Notification;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly texts: TicketTexts;
  readonly correlation: string;
}

async function lookFirst(telling: Telling): Promise<Outcome> {
  const { system, notification, correlation, signal } = telling;
  const found = await system.find(correlation, signal);
  if (!found.ok) return found.outcome;
  const [newest = null] = found.value;
  const unfinished = found.value.find(({ finished }) => !finished);
  // Somebody's attempt opened it, and nobody remembers which.
  if (unfinished !== undefined) return goOn(telling, unfinished, true);
  if (notification.status === 'firing') return open(telling);
  if (newest === null) return { kind: 'delivered', detail: 'no ticket to resolve' };
  return done(newest, `${newest.key} is resolved already`);
}

async function open({ system, notification, attempt, texts, correlation, signal }: Telling): Promise<Outcome> {
  const description = { text: texts.description, mark: notification.id };
  const opened = await system.open({ correlation, notification, title: texts.title, description }, signal);
  return opened.ok ? going(opened.value, `opened ${opened.value.key}`, attempt > 1) : opened.outcome;
}

async function goOn(telling: Telling, ticket: Ticket, doubtful: boolean): Promise<Outcome> {
  const { system, notification, attempt, texts, signal } = telling;
  const { id: mark, status } = notification;
  const held = attempt > 1 ? await system.holds(ticket, mark, signal) : NOT_YET;
  if (!held.ok) return isGone(held) ? replace(telling, ticket) : held.outcome;
  if (status === 'resolved') {
    const resolved = await system.resolve(ticket, { text: texts.resolution, mark }, held.value, signal);
    if (!resolved.ok && !isGone(resolved)) return resolved.outcome;
    const ended = !resolved.ok
      ? `${ticket.key} is gone: nothing to resolve`
      : resolved.value
        ? `resolved ${ticket.key}`
        : `${ticket.key} is resolved already`;
    return doubtful ? endOthers(telling, ticket, ended) : done(ticket, ended);
  }
  if (held.value) return going(ticket, `an earlier attempt had told ${ticket.key}`, doubtful);
  const commented = await system.comment(ticket, { text: texts.comment, mark }, signal);
  if (!commented.ok) return isGone(commented) ? replace(telling, ticket) : commented.outcome;
  return going(ticket, `commented on ${ticket.key}`, doubtful);
}

/** Those of the group that are open still. What keeps one from being ended keeps no one from knowing that the first is. */
async function endOthers(telling: Telling, ticket: Ticket, ended: string): Promise<Outcome> {
  const { system, notification, texts, correlation, signal } = telling;
  const found = await system.find(correlation, signal);
  if (!found.ok && found.outcome.kind === 'retry') return found.outcome;
  const notes = [ended, ...(found.ok ? [] : [`whether there is a second one is not known: ${found.outcome.detail}`])];
  for (const other of found.ok ? found.value : []) {
    if (other.finished || other.id === ticket.id) continue;
    const resolved = await system.resolve(other, { text: texts.resolution, mark: notification.id }, false, signal);
    if (!resolved.ok && resolved.outcome.kind === 'retry') return resolved.outcome;
    notes.push(resolved.ok ? `and ${other.key}, opened beside it` : `but not ${other.key}: ${resolved.outcome.detail}`);
  }
  return done(ticket, notes.join('; '));
}

const NOT_YET: Step<boolean> = { ok: true, value: false };

/** Somebody deleted it while its alerts fire. */
async function replace(telling: Telling, gone: Ticket): Promise<Outcome> {
  const { system, notification, correlation, signal } = telling;
  if (notification.status === 'resolved') return done(gone, `${gone.key} is gone: nothing to resolve`);
  const found = await system.find(correlation, signal);
  if (!found.ok) return found.outcome;
  const other = found.value.find(({ finished, id }) => !finished && id !== gone.id);
  return other === undefined ? open(telling) : goOn(telling, other, true);
}

function isGone({ status }: ApiFailure): boolean {
  return status === 404 || status === 410;
}

function done(ticket: Ticket, detail: string): Outcome {
  return delivered(detail, { ...ticket, finished: true, doubtful: false });
}

function going(ticket: Ticket, detail: string, doubtful: boolean): Outcome {
  return delivered(detail, { ...ticket, finished: false, doubtful });
}

function delivered(detail: string, reference: Reference): Outcome {
  return { kind: 'delivered', detail, reference: writeReference(reference) };
}

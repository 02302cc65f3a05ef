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
 */

import { createHash } from 'node:crypto';
import type { Notification } from '../../alert/notification.ts';
import type { ApiAnswer, ApiFailure } from '../api-call.ts';
import { jsonObject } from '../json-object.ts';
import type { Outcome } from '../outcome.ts';
import { shortened } from '../shorten.ts';
import type { Templates } from '../template/templates.ts';
import { type TicketTexts, ticketTexts } from './template.ts';

export interface Ticket {
  /** What the system calls it by, and what people do. */
  readonly id: string;
  readonly key: string;
  /** For people; empty where it is not known. */
  readonly url: string;
}

export type Step<T> = { readonly ok: true; readonly value: T } | ApiFailure;

/** What a ticket system can do. Texts are plain, and carry the mark of their notification (see `marked`). */
export interface TicketSystem {
  /** The newest ticket of the correlation, finished ones included. */
  find(correlation: string, signal: AbortSignal): Promise<Step<(Ticket & { readonly finished: boolean }) | null>>;
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
  const outcome = await (known === null || known.finished ? lookFirst(telling) : goOn(telling, known));
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
  if (found.value !== null && !found.value.finished) return goOn(telling, found.value);
  if (notification.status === 'firing') return open(telling);
  if (found.value === null) return { kind: 'delivered', detail: 'no ticket to resolve' };
  return done(found.value, `${found.value.key} is resolved already`, true);
}

async function open({ system, notification, texts, correlation, signal }: Telling): Promise<Outcome> {
  const description = { text: texts.description, mark: notification.id };
  const opened = await system.open({ correlation, notification, title: texts.title, description }, signal);
  return opened.ok ? done(opened.value, `opened ${opened.value.key}`, false) : opened.outcome;
}

async function goOn(telling: Telling, ticket: Ticket): Promise<Outcome> {
  const { system, notification, attempt, texts, signal } = telling;
  const { id: mark, status } = notification;
  const held = attempt > 1 ? await system.holds(ticket, mark, signal) : NOT_YET;
  if (!held.ok) return isGone(held) ? replace(telling, ticket) : held.outcome;
  if (status === 'resolved') {
    const resolved = await system.resolve(ticket, { text: texts.resolution, mark }, held.value, signal);
    if (!resolved.ok)
      return isGone(resolved) ? done(ticket, `${ticket.key} is gone: nothing to resolve`, true) : resolved.outcome;
    return done(ticket, resolved.value ? `resolved ${ticket.key}` : `${ticket.key} is resolved already`, true);
  }
  if (held.value) return done(ticket, `an earlier attempt had told ${ticket.key}`, false);
  const commented = await system.comment(ticket, { text: texts.comment, mark }, signal);
  if (!commented.ok) return isGone(commented) ? replace(telling, ticket) : commented.outcome;
  return done(ticket, `commented on ${ticket.key}`, false);
}

const NOT_YET: Step<boolean> = { ok: true, value: false };

/** Somebody deleted it while its alerts fire. */
async function replace(telling: Telling, gone: Ticket): Promise<Outcome> {
  const { system, notification, correlation, signal } = telling;
  if (notification.status === 'resolved') return done(gone, `${gone.key} is gone: nothing to resolve`, true);
  const found = await system.find(correlation, signal);
  if (!found.ok) return found.outcome;
  const other = found.value !== null && !found.value.finished && found.value.id !== gone.id;
  return other ? goOn(telling, found.value) : open(telling);
}

function isGone({ status }: ApiFailure): boolean {
  return status === 404 || status === 410;
}

interface Reference extends Ticket {
  readonly finished: boolean;
}

function done({ id, key, url }: Ticket, detail: string, finished: boolean): Outcome {
  return { kind: 'delivered', detail, reference: JSON.stringify({ id, key, url, finished } satisfies Reference) };
}

export const SAMPLE_REFERENCE = JSON.stringify({
  id: '1',
  key: 'PREVIEW-1',
  url: '',
  finished: false,
} satisfies Reference);

/** null: there is none, or it is of another kind of channel, which this one was before. */
function readReference(text: string | null): Reference | null {
  const { id, key, url, finished } = jsonObject(text) ?? {};
  if (typeof id !== 'string' || typeof key !== 'string' || !/^[\w-]{1,64}$/.test(id)) return null;
  return { id, key, url: typeof url === 'string' ? url : '', finished: finished === true };
}

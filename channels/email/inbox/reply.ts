/**
 * What a mail in the inbox means. Decides on what the mail says and on the key alone, so that the same mail always means the same.
 *
 * A reply counts when the mail that it answers carries our mark for its sender: we sent it to exactly them (thread.ts). An address in
 * From is easily forged, a mark only by who has the mail; where the server says how it authenticated the sender, that can be asked for
 * as well (authentication.ts).
 */

import type { Email } from 'postal-mime';
import { addressIn } from '../address.ts';
import { isMarked, type MessageName, readMessageId } from '../thread.ts';
import { type Authentication, isAuthenticated } from './authentication.ts';
import { type Bounce, bouncesIn } from './bounce.ts';

export type MailMeaning =
  | {
      readonly kind: 'acknowledge';
      readonly groupId: string;
      readonly notificationId: string;
      /** The address that replied. */
      readonly by: string;
      /** What stands below the first line; may be empty. */
      readonly comment: string;
    }
  | {
      readonly kind: 'comment';
      readonly groupId: string;
      readonly notificationId: string;
      readonly by: string;
      /** Not empty. */
      readonly comment: string;
    }
  | { readonly kind: 'bounce'; readonly bounces: readonly Bounce[] }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason; readonly detail: string };

export type IgnoredReason =
  | 'mail.automatic'
  | 'mail.no-reply-to-ours'
  | 'mail.not-its-recipient'
  | 'mail.not-authenticated'
  | 'mail.no-words';

export interface ReplyRules {
  readonly tenant: string;
  readonly channel: string;
  /** Addresses of spec.to: whoever of them replies to a mail to all of them. */
  readonly to: readonly string[];
  readonly key: Buffer;
  readonly authentication: Authentication | null;
}

const COMMAND = /^(?:ack|acknowledged?|acked)\b[\s.,:;!-]*/i;
const LONGEST_COMMENT = 2000;
/** Below these lines stands what was quoted, by the usual clients in English and German. */
const QUOTE =
  /^(?:>|-- ?$|_{8,}|-{3,} ?(?:original message|ursprüngliche nachricht)|on .{5,200} wrote:|am .{5,200} schrieb .*:|from: |von: |sent from my |gesendet von )/i;

/** `source`: the whole mail, for what a report of a failed delivery quotes of ours. */
export function meaningOf(mail: Email, source: string, rules: ReplyRules): MailMeaning {
  const bounces = bouncesIn(mail, source, (name, address) => wasSentTo(name, address, rules));
  if (bounces !== null) {
    return bounces.length > 0
      ? { kind: 'bounce', bounces }
      : ignored('mail.no-reply-to-ours', 'a report about other mail');
  }
  const automatic = whyAutomatic(mail);
  if (automatic !== null) return ignored('mail.automatic', automatic);
  const from = addressIn(mail.from?.address ?? '');
  const answered = [mail.inReplyTo ?? '', ...(mail.references ?? '').split(/\s+/).reverse()].map(readMessageId);
  const name = answered.find((found) => found !== null);
  if (name === undefined || name === null) return ignored('mail.no-reply-to-ours', 'it answers none of our mails');
  if (from === null || wasSentTo(name, from, rules) === null) {
    return ignored('mail.not-its-recipient', `${from ?? 'nobody'} was not sent ${name.notificationId}`);
  }
  if (rules.authentication !== null && !isAuthenticated(mail, from, rules.authentication)) {
    return ignored(
      'mail.not-authenticated',
      `no ${rules.authentication.require} by ${rules.authentication.server} for ${from}`,
    );
  }
  const said = ownWords(mail.text ?? '');
  if (said === '') return ignored('mail.no-words', `${from} wrote nothing of their own`);
  const { groupId, notificationId } = name;
  const command = COMMAND.exec(said)?.[0] ?? '';
  const comment = said.slice(command.length).trim().slice(0, LONGEST_COMMENT).toWellFormed();
  return { kind: command === '' ? 'comment' : 'acknowledge', groupId, notificationId, by: from, comment };
}

/** null: it was not. */
function wasSentTo(
  name: MessageName,
  address: string,
  { tenant, channel, to, key }: ReplyRules,
): 'alone' | 'among others' | null {
  const of = { tenant, channel };
  if (isMarked(name, of, [address], key)) return 'alone';
  const declared = to.some((one) => one.toLowerCase() === address.toLowerCase());
  return declared && isMarked(name, of, to, key) ? 'among others' : null;
}

const MACHINES = ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-response-suppress', 'list-id', 'x-loop'];

/** Of those that say nothing in their headers, in the languages that Herald writes. */
const AWAY =
  /^\s*(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|automatische antwort|abwesenheit|abwesend)/i;

/** RFC 3834, and what came before it. null: a person wrote it. */
function whyAutomatic(mail: Email): string | null {
  const header = (name: string) =>
    mail.headers
      .find(({ key }) => key === name)
      ?.value.toLowerCase()
      .trim() ?? '';
  const submitted = header('auto-submitted');
  if (submitted !== '' && !submitted.startsWith('no')) return `auto-submitted: ${submitted.slice(0, 60)}`;
  const precedence = header('precedence');
  if (['bulk', 'junk', 'list', 'auto_reply'].includes(precedence)) return `precedence: ${precedence}`;
  // An answering machine has no address to answer to (RFC 3834, 3.3).
  if (header('return-path') === '<>') return 'return-path: <>';
  const marked = MACHINES.find((name) => header(name) !== '');
  if (marked !== undefined) return marked;
  return AWAY.test(mail.subject ?? '') ? 'its subject is that of an answering machine' : null;
}

/** Without blank lines at the top and without what is quoted below. */
function ownWords(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const end = lines.findIndex((line) => QUOTE.test(line.trim()));
  const own = end < 0 ? lines : lines.slice(0, end);
  return own
    .join('\n')
    .replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, '')
    .trim();
}

/** Who wrote them wanted something, and may not have it. */
export const REFUSED: ReadonlySet<IgnoredReason> = new Set(['mail.not-its-recipient', 'mail.not-authenticated']);

function ignored(reason: IgnoredReason, detail: string): MailMeaning {
  return { kind: 'ignored', reason, detail };
}

/**
 * Watches a channel's mailbox for as long as this process owns the channel.
 *
 *   state      | leaves by
 *   -----------|------------------------------------------------------------
 *   connecting | a session → reading; an error → resting
 *   reading    | all that is pending was dealt with → idle; an error → resting
 *   idle       | something new, or something to try again → reading; the session ended → resting
 *   resting    | the pause is over, longer each time → connecting
 *
 * A mail is marked as handled after it was acted on, so a crash in between acts again; commands carry an id that follows from the
 * mail, so acting again changes nothing.
 */

import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';
import type { Clock } from '../../../telemetry/clock.ts';
import type { Log } from '../../../telemetry/log.ts';
import { pause } from '../../../telemetry/pause.ts';
import type { ReplyActions } from '../../sender.ts';
import type { Target } from '../connect.ts';
import { type BouncedAddresses, describeBounce } from './bounced.ts';
import { type MailboxSettings, openSession, type Session } from './mailbox.ts';
import { meaningOf, REFUSED, type ReplyRules } from './reply.ts';

export interface InboxDeps {
  readonly mailbox: MailboxSettings;
  readonly target: Omit<Target, 'host' | 'port'>;
  readonly bounced: BouncedAddresses;
  readonly clock: Clock;
  readonly log: Log;
}

const FIRST_REST = 1000;
const LONGEST_REST = 5 * 60_000;
/** What could not be carried out, for the archive or the owner was away, is tried again so much later. Milliseconds. */
const AGAIN_AFTER = 30_000;
const LOOK_BACK = 7 * 86_400_000;
const AT_ONCE = 200;
/** By RFC 5321. */
const LONGEST_ADDRESS = 320;

type Rules = Omit<ReplyRules, 'tenant' | 'channel'>;

/** Resolves once the signal has fired. */
export async function watchInbox(deps: InboxDeps, rules: Rules, actions: ReplyActions, signal: AbortSignal) {
  const { clock, log, mailbox } = deps;
  const about = { channel: actions.channel, host: mailbox.host };
  const every = { ...rules, tenant: actions.tenant, channel: actions.channel };
  for (let failures = 0; !signal.aborted; ) {
    try {
      await deps.bounced.load();
      const session = await openSession(mailbox, deps.target, signal);
      log.info({ event: 'email.inbox-open', ...about }, 'the inbox is watched');
      failures = 0;
      await read(session, deps, every, actions, signal).finally(() => session.close());
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ event: 'email.inbox-failed', ...about, error }, 'the inbox cannot be read; trying again');
    }
    await pause(clock, Math.min(LONGEST_REST, FIRST_REST * 2 ** failures++), signal);
  }
}

async function read(session: Session, deps: InboxDeps, rules: ReplyRules, actions: ReplyActions, signal: AbortSignal) {
  const { clock } = deps;
  while (!session.ended && !signal.aborted) {
    const uids = await session.pending(new Date(clock.now() - LOOK_BACK), AT_ONCE);
    let failed = 0;
    for (const uid of uids) {
      if (signal.aborted) return;
      const source = await session.source(uid);
      if (source === null || (await actOn(source, deps, rules, actions))) await session.handled(uid);
      else failed++;
    }
    // A full batch has more behind it, unless nothing of it could be carried out.
    if (uids.length === AT_ONCE && failed < uids.length) continue;
    const cancel = failed > 0 ? clock.after(AGAIN_AFTER, () => session.wake()) : () => {};
    await session.news();
    cancel();
  }
}

/** Whether it is dealt with. */
async function actOn(source: Buffer, deps: InboxDeps, rules: ReplyRules, actions: ReplyActions): Promise<boolean> {
  const { log, clock, bounced } = deps;
  const about = { channel: rules.channel, tenant: rules.tenant };
  try {
    const mail = await PostalMime.parse(source, { forceRfc822Attachments: true });
    const meaning = meaningOf(mail, source.toString('latin1'), rules);
    switch (meaning.kind) {
      case 'ignored':
        log.info({ event: 'email.reply-ignored', ...about, ...meaning }, 'a mail in the inbox is left alone');
        if (REFUSED.has(meaning.reason))
          actions.refused(meaning.reason, mail.from?.address?.slice(0, LONGEST_ADDRESS) ?? '', meaning.detail);
        return true;
      case 'bounce':
        for (const bounce of meaning.bounces) {
          const counted = await bounced.add(bounce, source, clock.now());
          log.warn({ event: 'email.bounced', ...about, ...counted }, `a mail came back: ${describeBounce(counted)}`);
          const { failed, address, status, detail } = bounce;
          const why = `a mail came back from ${address}: ${status} ${detail}`.trim();
          for (const notificationId of failed) await actions.failed(notificationId, why);
        }
        return true;
      case 'acknowledge': {
        const { groupId, by, comment } = meaning;
        const detail = await actions.acknowledge({ id: commandOf(mail.messageId ?? source), groupId, by, comment });
        log.info({ event: 'email.acknowledged', ...about, groupId, by, detail }, 'a reply acknowledges a group');
        return true;
      }
      case 'comment': {
        const { kind: _, ...answer } = meaning;
        const detail = await actions.comment({ id: commandOf(mail.messageId ?? source), ...answer });
        const { groupId, by } = answer;
        log.info({ event: 'email.commented', ...about, groupId, by, detail }, 'a reply comments on alerts');
        return true;
      }
      default:
        return meaning satisfies never;
    }
  } catch (error) {
    log.warn({ event: 'email.reply-failed', ...about, error }, 'a reply could not be carried out; trying again');
    return false;
  }
}

/** Acting again on the same mail changes nothing. */
function commandOf(mail: string | Buffer): string {
  return `mail.${createHash('sha256').update(mail).digest('hex').slice(0, 32)}`;
}

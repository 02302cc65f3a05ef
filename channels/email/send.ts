/** One notification as one mail, handed to the SMTP server within one deadline, and what came of it. */

import type { Notification } from '../../alert/notification.ts';
import { oneLine } from '../http-attempt.ts';
import type { TokenSource } from '../oauth.ts';
import { failureOf, MAX_REFERENCE, type Outcome } from '../outcome.ts';
import type { Probe, ReplyActions, Sender, SenderContext } from '../sender.ts';
import { addressIn, type Mailbox } from './address.ts';
import type { Target } from './connect.ts';
import { loggedIn } from './exchange.ts';
import { BouncedAddresses, describeBounce } from './inbox/bounced.ts';
import { type InboxSettings, inboxSettings } from './inbox/settings.ts';
import { watchInbox } from './inbox/watch.ts';
import { loginTokens } from './login-tokens.ts';
import { buildMail, markKey } from './message.ts';
import type { EmailOptions } from './options.ts';
import { progressOf, remainingOf } from './partial.ts';
import { picturesFor } from './picture.ts';
import { type EmailSettings, emailSettings } from './settings.ts';
import { createSmtp, type Smtp } from './smtp.ts';
import { textsFor } from './texts.ts';
import { readThread, type Thread, writeThread } from './thread.ts';
import { verdict } from './verdict.ts';

/** `target` is for tests that need a DNS of their own. */
export function createEmailSender(options: EmailOptions, context: SenderContext, target?: Partial<Target>): Sender {
  const settings = emailSettings(options);
  const logins = loginTokens(settings, context);
  const { auth } = settings;
  const tokens = auth !== null && 'oauth' in auth ? logins.of(auth.oauth) : null;
  const smtp = createSmtp(settings, context.log, target, tokens);
  const inbox = options.imap === undefined ? null : inboxSettings(options.imap, logins);
  const key = markKey(inbox?.replyKey ?? null);
  const bounced = new BouncedAddresses(context.memory ?? null);
  const mailer = {
    settings,
    context,
    smtp,
    tokens,
    key,
    bounced,
    replies: inbox !== null,
  };
  return {
    send: (notification, _attempt, signal, earlier, progress = null) =>
      send(mailer, notification, signal, { earlier, progress }),
    probe: (signal) => probe(mailer, signal),
    ...(inbox === null ? {} : { watch: (actions, signal) => watch(mailer, inbox, target ?? {}, actions, signal) }),
    async close() {
      smtp.close();
      await logins.close();
    },
  };
}

interface Mailer {
  readonly settings: EmailSettings;
  readonly context: SenderContext;
  readonly smtp: Smtp;
  /** Where the login is by OAuth. */
  readonly tokens: TokenSource | null;
  readonly key: Buffer;
  readonly bounced: BouncedAddresses;
  readonly replies: boolean;
}

function watch(
  { settings, context, key, bounced }: Mailer,
  { mailbox, authentication }: InboxSettings,
  target: Partial<Target>,
  actions: ReplyActions,
  signal: AbortSignal,
): Promise<void> {
  const { allowPrivateAddresses, to } = settings;
  const { clock, log } = context;
  const deps = { mailbox, target: { allowPrivateAddresses, ...target }, bounced, clock, log };
  return watchInbox(deps, { to: to.map(({ address }) => address), key, authentication }, actions, signal);
}

async function send(
  mailer: Mailer,
  notification: Notification,
  signal: AbortSignal,
  { earlier, progress }: { readonly earlier: string | null; readonly progress: string | null },
): Promise<Outcome> {
  const { settings, context, smtp, key, bounced, replies } = mailer;
  const recipients = recipientsOf(notification, settings);
  if (!Array.isArray(recipients)) return recipients as Outcome;
  const { texts, wording, link, locale, failures } = await textsFor(context, notification);
  const { pictures, failures: undrawn } = await picturesFor(context, notification, locale);
  const remaining = remainingOf(
    progress,
    recipients.map(({ address }) => address),
  );
  const thread = readThread(earlier);
  const built = buildMail(settings, key, {
    ...{ notification, recipients, remaining, thread, texts, wording, link, pictures, replies },
  });
  const exchanged = await loggedIn(mailer, signal, (ending) => smtp.deliver(built.mail, ending));
  if ('outcome' in exchanged) return exchanged.outcome;
  const { result, aborted } = exchanged;
  const judged = atHost(verdict(result, aborted, context.clock.now()), settings.host);
  const outcome = withProgress(judged, progressOf(remaining, result));
  const back = remaining.map((address) => bounced.of(address, context.clock.now())).filter((one) => one !== null);
  const notes = back.map((one) => `mails came back from ${describeBounce(one)}`);
  return finish(outcome, built.thread, [...failures, ...undrawn, ...notes]);
}

function atHost(outcome: Outcome, host: string): Outcome {
  const failure = failureOf(outcome);
  return failure === null ? outcome : ({ ...outcome, failure: { ...failure, host } } as Outcome);
}

function withProgress(outcome: Outcome, progress: string | null): Outcome {
  return outcome.kind === 'retry' && progress !== null ? { ...outcome, progress } : outcome;
}

/** The channel's own actor hears of what the templates could not do with the outcome. */
function finish(outcome: Outcome, thread: Thread, failures: readonly string[]): Outcome {
  const detail = [outcome.detail, ...failures].join('; ');
  if (outcome.kind !== 'delivered') return { ...outcome, detail };
  const reference = writeThread(thread);
  if (Buffer.byteLength(reference) > MAX_REFERENCE) return { ...outcome, detail };
  return { ...outcome, detail, reference, receiptId: thread.last };
}

function recipientsOf(notification: Notification, { to }: EmailSettings): Mailbox[] | Outcome {
  const { recipient } = notification;
  if (recipient === undefined) {
    if (to.length > 0) return [...to];
    return {
      kind: 'rejected',
      detail: 'nobody to send to: the notification names no recipient, and spec.to is not set',
    };
  }
  const address = addressIn(recipient.address);
  if (address !== null) return [{ name: '', address }];
  return {
    kind: 'rejected',
    detail: `${recipient.name}: ${oneLine(JSON.stringify(recipient.address))} is no mail address`,
  };
}

/** EHLO and, where declared, TLS and login; no mail. */
async function probe(mailer: Mailer, signal: AbortSignal): Promise<Probe> {
  const { host, port } = mailer.settings;
  const where = `${host}:${port}`;
  const exchanged = await loggedIn(mailer, signal, (ending) => mailer.smtp.greet(ending));
  if ('outcome' in exchanged) return describe(where, exchanged.outcome);
  const { result, aborted } = exchanged;
  const back = mailer.bounced.list(mailer.context.clock.now());
  if (result.kind === 'accepted' && back.length > 0) {
    const named = back.slice(0, 5).map(describeBounce).join(', ');
    return { kind: 'degraded', detail: `${where} greets, but mails came back from ${back.length}: ${named}` };
  }
  if (result.kind === 'accepted')
    return {
      kind: 'healthy',
      detail: `${where} greets${mailer.settings.auth === null ? '' : ', and takes the login'}`,
    };
  return describe(where, verdict(result, aborted, mailer.context.clock.now()));
}

function describe(where: string, { kind, detail }: Outcome): Probe {
  return { kind: kind === 'rejected' ? 'failed' : 'degraded', detail: `${where}: ${detail}` };
}

/** What a kind of channel is: options with a schema, and a sender made from them. */

import type { TSchema } from 'typebox';
import type { Notification } from '../alert/notification.ts';
import type { ReceiptStep } from '../alert/receipt.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Outbound } from './outbound.ts';
import type { Outcome } from './outcome.ts';
import type { Pictures } from './picture/pictures.ts';
import type { Templates } from './template/templates.ts';

export interface Sender {
  /**
   * One attempt. Resolves with an outcome whatever happens outside; rejects only for bugs. `attempt` is 1 for the first.
   * `signal` breaks the attempt off (the owner stops): the outcome is then a retry, since nobody knows what arrived.
   * `earlier` is the reference that the last delivery of the same group to the same recipient left (outcome.ts); null: none.
   * `progress` is what earlier attempts of this notification left, likewise.
   */
  send(
    notification: Notification,
    attempt: number,
    signal: AbortSignal,
    earlier: string | null,
    progress?: string | null,
  ): Promise<Outcome>;
  /**
   * Asks the provider how it is, without sending anything to a person. Left out where there is nothing to ask. Never rejects for
   * what is expected to fail.
   */
  probe?(signal: AbortSignal): Promise<Probe>;
  /**
   * Takes in what people answer, for as long as this process owns the channel: until the signal fires. Left out where answers come
   * another way, or none do. Never rejects for what is expected to fail.
   */
  watch?(actions: ReplyActions, signal: AbortSignal): Promise<void>;
  /** Releases connections; attempts under way end at once. */
  close(): Promise<void>;
}

/** What an answer may do. */
export interface ReplyActions {
  readonly tenant: string;
  /** Name of the Channel resource. */
  readonly channel: string;
  /**
   * Acknowledges what fires in the group. The same `id` is carried out once. Resolves with what came of it, for the log; rejects when
   * nobody could be asked: then it is worth trying again.
   */
  acknowledge(answer: GroupAnswer): Promise<string>;
  /** Is kept with the alerts that the notification told of, in whatever state they are. Otherwise as `acknowledge`. */
  comment(answer: GroupAnswer & { readonly notificationId: string }): Promise<string>;
  /** Somebody answered who may not. `by`: who they say they are; `detail`: one line. */
  refused(code: string, by: string, detail: string): void;
  /** It was accepted, and did not reach its recipient. Told again it changes nothing. Resolves once it is stored. */
  failed(notificationId: string, detail: string): Promise<void>;
}

export interface GroupAnswer {
  readonly id: string;
  readonly groupId: string;
  readonly by: string;
  readonly comment: string;
}

export interface Probe {
  readonly kind: 'healthy' | 'degraded' | 'failed';
  /** For a person: what was asked and what came back. One line. */
  readonly detail: string;
}

export interface SenderContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly stdout: TextOutput;
  /** Where people reach this Herald, for links in what is sent. */
  readonly externalURL: string;
  /** The texts of a message, as operators declare them. */
  readonly templates: Templates;
  /** Left out where nothing is sent, such as in a check. */
  readonly pictures?: Pictures;
  /** What this channel keeps over restarts. Left out where nothing is sent. */
  readonly memory?: SenderMemory;
  /** In place of connections of the sender's own: a preview records what would leave. */
  readonly http?: Outbound;
}

/** What a sender must still know when another process owns its channel, and what is no event of a delivery. Of one channel. */
export interface SenderMemory {
  /** null: nothing is kept under that name. Rejects where it cannot be asked now. */
  read(name: string): Promise<string | null>;
  /** Some hundred kilobytes at most. Resolves once it is stored. */
  write(name: string, text: string): Promise<void>;
}

/** The part of a terminal, pipe or file stream that the console channel needs. */
export type TextOutput = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly writableNeedDrain?: boolean;
};

/** What a provider sends later, of messages that it accepted. */
export interface CallbackRequest {
  /** As it was called, with its query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type CallbackRead =
  | {
      readonly kind: 'receipts';
      readonly receipts: readonly {
        /** As the delivery's outcome named it. */
        readonly receiptId?: string;
        readonly notificationId?: string;
        readonly step: ReceiptStep;
        readonly detail: string;
      }[];
    }
  /** It does not come from the provider. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unreadable'; readonly why: string };

export interface ChannelType<Options> {
  /** Schema of the options as an operator declares them, beside `type` in the spec of a Channel. */
  readonly options: TSchema;
  /** Names of the texts that Templates may declare: keys of the sender's `defaults`. Left out: it has none. */
  readonly parts?: readonly string[];
  /**
   * `options` are valid by the schema and frozen; references to secrets stand resolved. Throws InvalidChannelOptions for what
   * shows only now. (A method, not a property: the registry holds types with different options side by side.)
   */
  create(options: Options, context: SenderContext): Sender;
  /** What is wrong with a recipient's address, for a person (`is no mail address`); null: nothing. Left out: it cannot tell. */
  addressFault?(address: string): string | null;
  /** Verifies and reads a call-back of the provider. Left out: it makes none. Pure. */
  readCallback?(request: CallbackRequest, options: Options): CallbackRead;
  /** What it opens stays open until it is ended: an incident, a ticket, a message that is kept up to date. */
  readonly lasting?: true;
  /** A reference as its deliveries leave one: in a preview of an end the group has a message, or a ticket, already. */
  readonly sampleReference?: string;
  /** What would be sent, where it does not leave by HTTP. Sends nothing. */
  preview?(options: Options, context: SenderContext, notification: Notification): Promise<readonly PreviewMessage[]>;
}

/** One message, or one part of one, as it would leave. */
export interface PreviewMessage {
  /** `POST https://slack.com/api/chat.postMessage`, `HTML`, `standard output`. */
  readonly what: string;
  /** `application/json`, `text/html`, ... */
  readonly contentType: string;
  readonly body: string;
}

export class InvalidChannelOptions extends Error {
  readonly code = 'INVALID_CHANNEL_OPTIONS';
  /** Where in the spec: `tls.caFile`. */
  readonly path: string;
  /** The message without the path. */
  readonly fault: string;

  constructor(path: string, fault: string, cause?: unknown) {
    super(`spec.${path}: ${fault}`, { cause });
    this.name = 'InvalidChannelOptions';
    this.path = path;
    this.fault = fault;
  }
}

/** Of two ways to say the same, `options` may name one. */
export function notBoth(options: object, name: string, besides: string): void {
  const given = options as Readonly<Record<string, unknown>>;
  if (given[name] === undefined || given[besides] === undefined) return;
  throw new InvalidChannelOptions(besides, `stands beside ${name}; allowed: one of them`);
}

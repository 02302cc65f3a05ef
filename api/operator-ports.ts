/** What the operators' API needs of the rest of Herald. gateway/ hands it in. */

import type { Alert } from '../alert/alert.ts';
import type { CommandReply } from '../alert/alert-state.ts';
import type { CommandEntry, PromotionEntry, ReplayEntry, SilenceEntry, SubmitEntry } from '../alert/entry.ts';
import type { NamespaceProfile } from '../alert/namespace.ts';
import type { Recipient } from '../alert/notification.ts';
import type { User } from '../alert/people.ts';
import type { Placement } from '../alert/promotion-state.ts';
import type { Silence } from '../alert/silence.ts';
import type { DutySchedule } from '../rules/on-call.ts';
import type { AlertmanagerView } from './alertmanager/ports.ts';
import type { KeyPorts } from './api-keys.ts';
import type { AuditPage } from './audit.ts';
import type { OverridePorts } from './overrides.ts';
import type { SecretPorts } from './secrets.ts';
import type { DeclaredSubscriptions, SubscriptionPorts } from './subscriptions.ts';

export interface OperatorPorts {
  /**
   * Asks the archive. Rejects with an error whose `code` is `query.not-found`, `query.cursor`, `archive.unavailable`, ...
   * (archive/queries/query.ts, archive/ask.ts).
   */
  query(name: string, params: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Resolves after the commit. Rejects with CommandUnanswered. */
  command(entry: Omit<CommandEntry, 'replyTo'>): Promise<CommandReply>;
  /** Resolves after the commit. Rejects with CommandUnanswered. */
  silence(entry: Omit<SilenceEntry, 'replyTo'>): Promise<CommandReply>;
  /** Resolves after the commit. Rejects with CommandUnanswered. */
  promotion(entry: Omit<PromotionEntry, 'replyTo'>): Promise<CommandReply>;
  /** Resolves after the commit. Rejects with CommandUnanswered. */
  replay(entry: Omit<ReplayEntry, 'replyTo'>): Promise<CommandReply>;
  /** Resolves after the commit. Rejects with CommandUnanswered. */
  submit(entry: Omit<SubmitEntry, 'replyTo'>): Promise<CommandReply>;
  /** What a channel would send; nothing is sent. Rejects for nothing that is expected. */
  preview(wish: PreviewWish): Promise<PreviewAnswer | null>;
  /** Those that are declared. */
  channels(): readonly DeclaredChannel[];
  /** Partitions with their owners and their lag, versions; JSON. */
  status(): Promise<unknown>;
  /** By the resources in force. `placed`: where people put it. */
  profile(tenant: string, namespace: string, placed?: Placement): NamespaceProfile;
  /** What the resources in force say. */
  readonly declared: {
    /** Those that declare anything. */
    tenants(): readonly string[];
    /** Of all tenants. */
    silences(): readonly Silence[];
    /** Alerts a minute, by the name of a limit's rule (limit/NAME/PRIORITY); null where it is not declared any more. */
    limit(tenant: string, rule: string): number | null;
    subscriptions(): DeclaredSubscriptions;
  };
  /** Activations of policies. Both reject with an error of the code `archive.unavailable` without NATS. */
  readonly policies: {
    /** The newest first. */
    last(limit: number): Promise<readonly Activation[]>;
    /** The last one of this hash; null where none is known. */
    of(hash: string): Promise<Activation | null>;
  };
  /** Where the rule is declared that a reason names, by the resources in force; null where that cannot be said. */
  place(
    tenant: string,
    reason: { readonly code: string; readonly detail: string; readonly policy: string | null },
  ): { readonly rule: string; readonly file: string; readonly line: number } | null;
  /**
   * As they are in force, with what people changed, in the order of their names. Throws an error of the code `ingest.unavailable` where
   * that is not known now.
   */
  schedules(): readonly { readonly tenant: string; readonly schedule: DutySchedule }[];
  readonly people: {
    /** null: not declared. */
    user(tenant: string, name: string): User | null;
    /** The name of the User that signs in as that; null: none of the tenant. */
    person(tenant: string, signedInAs: string): string | null;
  };
  readonly overrides: OverridePorts;
  readonly subscriptions: SubscriptionPorts;
  /** Of the audit chain. Rejects with an error of the code `archive.unavailable` without NATS. */
  readonly audit: AuditPage;
  /** What the rules of Filters have counted. Rejects with an error of the code `archive.unavailable` without NATS. */
  rules(): Promise<RuleStanding>;
  readonly apiKeys: KeyPorts;
  readonly secrets: SecretPorts;
  /** For Alertmanager's API v2. */
  readonly alertmanager: AlertmanagerView;
  /** An id that no command had before. */
  newCommandId(): string;
  /** Unix time in milliseconds. */
  now(): number;
}

/** Of alerts of the channel's tenant, at least one. */
export interface PreviewWish {
  readonly tenant: string;
  readonly channel: string;
  /** Empty: of an alert that is made up. */
  readonly alerts: readonly Alert[];
  /** null: whoever the channel names. */
  readonly recipient: Recipient | null;
}

export interface PreviewAnswer {
  readonly type: string;
  /** Each request, or each part of a mail, whole and without secrets. */
  readonly messages: readonly { readonly what: string; readonly contentType: string; readonly body: string }[];
  /** Texts that could not be rendered as declared. */
  readonly failures: readonly string[];
  /** Where there is no message, why. */
  readonly detail: string;
}

export interface DeclaredChannel {
  readonly tenant: string;
  readonly name: string;
  readonly type: string;
  readonly fallback: string | null;
  /** Of a spread. */
  readonly members: readonly string[];
}

/** As bus/policy-log.ts has it. */
export interface Activation {
  readonly hash: string;
  readonly resources: string;
  readonly count: number;
  readonly files: readonly string[];
  readonly fileCount: number;
  /** Unix time in milliseconds. */
  readonly at: number;
  readonly process: string;
}

export interface RuleStanding {
  /** Hash of the policy in force; the counts start with it. */
  readonly policy: string;
  /** How many processes that decide have answered. */
  readonly processes: number;
  /** In the order in which they are asked. */
  readonly rules: readonly {
    readonly tenant: string;
    readonly filter: string;
    readonly rule: string;
    readonly action: string;
    readonly matched: number;
    readonly notMatched: number;
    readonly errors: number;
  }[];
}

/** Nobody owns the partition now, or its answer did not come in time. The command may still be carried out, once. */
export class CommandUnanswered extends Error {
  readonly code = 'command.unanswered';
}

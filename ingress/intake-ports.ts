/** What every door for alerts needs of the rest of Herald. */

import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AcceptedMessages } from './accepted-messages.ts';
import type { AlertMetrics } from './access-metrics.ts';
import type { AuthFailures } from './auth-failures.ts';
import type { FindKey } from './authenticate.ts';
import type { Gate } from './gate.ts';
import type { GroupCommit } from './group-commit.ts';
import type { MediaReader } from './media-reader.ts';
import type { ProofPorts } from './proof.ts';
import type { RandomWord } from './random.ts';
import type { IngressSource } from './source.ts';

export interface IntakePorts extends ProofPorts {
  /** Somebody was turned away, for the audit. */
  refused(refusal: {
    readonly code: string;
    readonly subject: string;
    readonly address: string;
    /** Name of a key; null: nobody knows. */
    readonly by: string | null;
  }): void;
  /** Somebody takes the alert on. Resolves after the commit, whatever came of it; rejects where nobody answers. */
  acknowledge(subject: { readonly tenant: string; readonly fingerprint: string; readonly by: string }): Promise<void>;
  findSource(name: string): IngressSource | null;
  readonly findKey: FindKey;
  /** False while the stream is nearly full or out of reach. */
  admitting(): boolean;
  /** True while bulk sources have to wait, so that the others get through. */
  sheddingBulk(): boolean;
  readonly gate: Gate;
  /** Of bodies that are not JSON. */
  readonly media: MediaReader;
  readonly groupCommit: GroupCommit;
  readonly clock: Clock;
  readonly random: RandomWord;
  readonly failures: AuthFailures;
  readonly messages: AcceptedMessages;
  readonly log: Log;
  readonly metrics: AlertMetrics;
}

/** What ingress needs to know of a Source resource. Secrets are resolved. */

import type { SourceAccess } from '../resources/source-access.ts';
import type { SourceAuth } from '../resources/source-auth.ts';
import type { Mapping } from '../rules/mapping.ts';
import type { MaskAlert } from '../rules/mask-alert.ts';

export interface IngressSource {
  readonly name: string;
  readonly tenant: string;
  /** A key of FORMATS. */
  readonly format: string;
  /** Of the format: what says that it is of another is refused. Left out: whatever comes is read as the newest. */
  readonly version?: string;
  readonly auth: SourceAuth;
  /** null: nothing of it is bounded. */
  readonly access: SourceAccess | null;
  /** It is the first that is refused when more comes than can be stored. */
  readonly bulk: boolean;
  readonly maxBodyBytes: number;
  /** Its secrets are not known yet. Left out: they are. */
  readonly untold?: boolean;
  readonly mapping?: Mapping | undefined;
  readonly eventLabels?: readonly string[] | undefined;
  /** What is hidden before anything is stored. Left out, or null: nothing. */
  readonly mask?: MaskAlert | null;
}

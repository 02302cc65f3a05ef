/** What Alertmanager's API v2 needs of the rest of Herald. gateway/ hands it in. */

import type { SilenceRule } from '../../alert/silence.ts';
import type { OperatorPorts } from '../operator-ports.ts';

export interface AlertmanagerPorts extends Pick<OperatorPorts, 'query' | 'silence' | 'newCommandId' | 'now'> {
  readonly alertmanager: AlertmanagerView;
}

/** The resources in force, as far as this API shows them. It knows no tenants: all of it is about one. */
export interface AlertmanagerView {
  /** That of the Source `prometheus`, else the default one. */
  tenant(): string;
  /** Names of the channels. */
  receivers(tenant: string): readonly string[];
  /** Declared ones. */
  silences(tenant: string): readonly SilenceRule[];
  /** The routes, as an alertmanager.yml that amtool can read. */
  config(tenant: string): string;
  readonly version: string;
  /** Unix time in milliseconds. */
  readonly startedAt: number;
}

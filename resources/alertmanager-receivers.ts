/** The receivers of an alertmanager.yml as channels. Secrets become references to variables, which the notes name. */

import { fieldOf, listOf } from './resource.ts';
import { resourceName } from './resource-name.ts';

export interface ImportedChannel {
  readonly name: string;
  readonly spec: object;
}

export interface ImportedReceivers {
  readonly channels: readonly ImportedChannel[];
  /** By the receiver's name in Alertmanager. */
  readonly channelsOf: ReadonlyMap<string, readonly string[]>;
  readonly notes: readonly string[];
}

/** One integration: its global options beside it. */
interface Integration {
  readonly of: unknown;
  readonly global: unknown;
  /** A reference to a variable that holds what stood there. */
  secret(what: string): { readonly env: string };
  note(text: string): void;
}

/** By the field of a receiver. Alertmanager tells the end by some of them unless it is told not to. */
const INTEGRATIONS: Readonly<Record<string, { type: string; sendResolved: boolean; make(one: Integration): object }>> =
  {
    webhook_configs: { type: 'webhook', sendResolved: true, make: webhook },
    email_configs: { type: 'email', sendResolved: false, make: email },
    slack_configs: { type: 'slack', sendResolved: false, make: slack },
    pagerduty_configs: { type: 'pagerduty', sendResolved: true, make: pagerduty },
    msteams_configs: { type: 'teams', sendResolved: true, make: teams },
    msteamsv2_configs: { type: 'teams', sendResolved: true, make: teams },
  };

export function importReceivers(config: unknown): ImportedReceivers {
  const channels: ImportedChannel[] = [];
  const channelsOf = new Map<string, string[]>();
  const notes: string[] = [];
  const taken = new Set<string>();
  for (const receiver of listOf(config, 'receivers')) {
    const called = String(fieldOf(receiver, 'name'));
    const own: string[] = [];
    const add = (suffix: string, spec: (name: string) => object) => {
      const name = freeName(resourceName(suffix === '' ? called : `${called}-${suffix}`), taken);
      channels.push({ name, spec: spec(name) });
      own.push(name);
    };
    const fields = Object.keys(Object(receiver) as object).filter((field) => field.endsWith('_configs'));
    const many = fields.reduce((count, field) => count + listOf(receiver, field).length, 0) > 1;
    for (const field of fields) {
      const known = Object.hasOwn(INTEGRATIONS, field) ? INTEGRATIONS[field] : undefined;
      if (known === undefined) {
        notes.push(`receiver ${called}: ${field} are not imported; Herald has no channel for them yet`);
        continue;
      }
      for (const of of listOf(receiver, field)) {
        add(many ? known.type : '', (name) => {
          const note = (text: string) => void notes.push(`channel ${name}: ${text}`);
          const secret = (what: string) => {
            const env = `HERALD_${`${name}_${what}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
            note(`set ${env} to the ${what.replaceAll('_', ' ')}`);
            return { env };
          };
          const made = known.make({ of, global: fieldOf(config, 'global'), secret, note });
          const told = fieldOf(of, 'send_resolved') ?? known.sendResolved;
          return { type: known.type, ...made, ...(told === true ? {} : { sendResolved: false }) };
        });
      }
    }
    if (own.length === 0) {
      notes.push(`receiver ${called} tells nobody; it is a channel of type console here, which prints`);
      add('', () => ({ type: 'console' }));
    }
    channelsOf.set(called, own);
  }
  return { channels, channelsOf, notes };
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted}-${n}`;
  taken.add(name);
  return name;
}

function webhook({ of, secret, note }: Integration): object {
  const most = fieldOf(of, 'max_alerts');
  const http = fieldOf(of, 'http_config');
  const authorization = fieldOf(http, 'authorization') ?? fieldOf(http, 'basic_auth') ?? fieldOf(http, 'bearer_token');
  const url = fieldOf(of, 'url');
  if (typeof url !== 'string') note('url_file is not imported; write the url');
  // Alertmanager has no guard of addresses; what it reached must be reached.
  note('it may reach private addresses, as it did; take allowPrivateAddresses out where it need not');
  return {
    url: typeof url === 'string' ? url : 'https://example.invalid/',
    allowPrivateAddresses: true,
    ...(typeof most === 'number' && most > 0 ? { maxAlerts: most } : {}),
    ...(authorization === undefined ? {} : { headers: { Authorization: secret('authorization_header') } }),
  };
}

function email({ of, global, secret, note }: Integration): object {
  const given = (field: string) => fieldOf(of, field) ?? fieldOf(global, `smtp_${field}`);
  const [host = '', port = '25'] = String(given('smarthost') ?? 'localhost:25').split(/:(?=\d+$)/);
  const user = given('auth_username');
  const plain = given('require_tls') === false;
  // A password never goes out in the clear.
  if (plain && user !== undefined) note('it logs in, so it needs STARTTLS here, whatever require_tls says');
  const security = port === '465' ? 'tls' : plain && user === undefined ? 'opportunistic' : 'starttls';
  return {
    host,
    port: Number(port),
    security,
    ...(user === undefined ? {} : { auth: { type: 'plain', user: String(user), password: secret('smtp_password') } }),
    from: String(given('from') ?? 'herald@localhost'),
    to: String(fieldOf(of, 'to') ?? '').split(/\s*,\s*/),
  };
}

function slack({ of, secret, note }: Integration): object {
  const channel = fieldOf(of, 'channel');
  if (channel !== undefined) note(`its webhook decides the channel, not ${String(channel)}`);
  return { webhookUrl: secret('slack_webhook_url') };
}

function pagerduty({ secret }: Integration): object {
  return { routingKey: secret('pagerduty_routing_key') };
}

function teams({ secret }: Integration): object {
  return { webhookUrl: secret('teams_workflow_url') };
}

/** Resources for a Herald under test: notifications leave at once, and changes of a group after a second. */

export const SOURCES = ['alertmanager', 'grafana', 'prometheus', 'herald']
  .map((format) => source(format, format))
  .join('');

export function source(name: string, format: string, spec = '', tenant = 'default'): string {
  return yaml(`
kind: Source
metadata: { name: ${name}, tenant: ${tenant} }
spec: { format: ${format}${spec === '' ? '' : `, ${spec}`} }`);
}

export function environments(tenant = 'default'): string {
  return yaml(`
kind: EnvironmentPolicy
metadata: { name: default, tenant: ${tenant} }
spec:
  default: production
  environments:
    - { name: production, patterns: ['-prod$'], priority: P1 }
    - { name: staging, patterns: ['-stg$'], priority: P3 }
    - { name: development, patterns: ['^dev-'], priority: P5 }`);
}

export interface RouteOptions {
  readonly tenant?: string;
  readonly receivers?: readonly string[];
  readonly matchers?: readonly string[];
  readonly groupBy?: readonly string[];
  readonly groupInterval?: string;
}

export function route(options: RouteOptions = {}): string {
  const { tenant = 'default', receivers = ['ops'], matchers = [] } = options;
  const { groupBy = ['alertname', 'namespace'], groupInterval = '1s' } = options;
  return yaml(`
kind: Route
metadata: { name: root, tenant: ${tenant} }
spec:
  groupBy: [${groupBy.join(', ')}]
  groupWait: 0s
  groupInterval: ${groupInterval}
  repeatInterval: 4h
  matchers: ${JSON.stringify(matchers)}
  receivers: [${receivers.map((name) => `channel/${name}`).join(', ')}]`);
}

export function consoleChannel(name = 'console'): string {
  return yaml(`
kind: Channel
metadata: { name: ${name} }
spec: { type: console }`);
}

export function webhookChannel(url: string, options: { name?: string; tenant?: string; spec?: string } = {}): string {
  const { name = 'ops', tenant = 'default', spec = '' } = options;
  return yaml(`
kind: Channel
metadata: { name: ${name}, tenant: ${tenant} }
spec: { type: webhook, url: '${url}', allowPrivateAddresses: true${spec === '' ? '' : `, ${spec}`} }`);
}

/** `spec`: further lines of it. */
export function mailChannel(port: number, spec: readonly string[] = []): string {
  return yaml(`
kind: Channel
metadata: { name: ops }
spec:
  type: email
  host: 127.0.0.1
  port: ${port}
  security: none
  allowPrivateAddresses: true
  from: Herald <herald@example.com>
  to: [alice@example.org]${spec.map((line) => `\n  ${line}`).join('')}`);
}

function yaml(text: string): string {
  return `---\napiVersion: herald/v1${text}\n`;
}

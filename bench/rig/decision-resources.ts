/** Resources of a large organisation, for measuring what one decision costs: rules of every kind, few of which apply to any one alert. */

export interface DecisionSizes {
  readonly filters: number;
  readonly patterns: number;
  readonly silences: number;
  readonly inhibitions: number;
  readonly routes: number;
}

const SHORTS = ['prod', 'stg', 'test', 'dev'];
const ENVIRONMENTS = ['production', 'staging', 'testing', 'development'];

/** By the name of their file. */
export function decisionResources(sizes: DecisionSizes): Readonly<Record<string, string>> {
  const holds = [...count(sizes.silences, silence), ...count(sizes.inhibitions, inhibition)];
  return {
    'environments.yaml': environments(sizes.patterns),
    'filters.yaml': filter(sizes.filters),
    'rest.yaml': [route(sizes.routes), channel(), ...holds].join('---\n'),
  };
}

function count<T>(size: number, make: (i: number) => T): T[] {
  return Array.from({ length: size }, (_, i) => make(i));
}

function resource(kind: string, name: string, spec: string): string {
  return `apiVersion: herald/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n${spec}\n`;
}

/** What operators write most: a comparison or two that pick a team's alerts, then something that has to be evaluated. */
function filter(size: number): string {
  const rules = count(size, (i) => {
    const team = `team-${i % 100}`;
    switch (i % 5) {
      case 0:
        return `{ name: r${i}, when: 'labels.team == "${team}" && labels.alertname.matches("^Noise-${i}-.*$")', action: drop }`;
      case 1:
        return `{ name: r${i}, when: 'environment == "development" && labels.team in ["${team}", "x"] && size(labels) > 20', action: drop }`;
      case 2:
        return `{ name: r${i}, matchers: ['team="${team}"', 'job=~"batch-.*"'], action: setPriority, priority: P4 }`;
      case 3:
        return `{ name: r${i}, matchers: ['team="${team}"'], action: setLabels, labels: { tier: gold } }`;
      default:
        return `{ name: r${i}, matchers: ['team="${team}"'], action: relabel, relabel: [{ sourceLabels: [instance], regex: '([^:]+):.*', targetLabel: host }] }`;
    }
  });
  return resource('Filter', 'bench', `  rules:\n${rules.map((rule) => `    - ${rule}`).join('\n')}`);
}

function environments(size: number): string {
  const named = ENVIRONMENTS.map((name, e) => {
    const own = Math.floor(size / 4) + (e < size % 4 ? 1 : 0);
    const patterns = count(own, (i) => `'^division-${i}-[a-z]+-${SHORTS[e]}(-|$)'`);
    return `    - { name: ${name}, patterns: [${patterns.join(', ')}] }`;
  });
  return resource('EnvironmentPolicy', 'default', `  environments:\n${named.join('\n')}`);
}

function route(size: number): string {
  const routes = count(size, (i) => {
    const matchers = i % 10 === 9 ? `'team=~"team-${i}|squad-${i}"'` : `'team="team-${i}"', 'severity!="none"'`;
    return `    - { matchers: [${matchers}], groupBy: [alertname, namespace] }`;
  });
  return resource(
    'Route',
    'root',
    `  groupBy: [alertname]\n  receivers: [channel/ops]\n  routes:\n${routes.join('\n')}`,
  );
}

function channel(): string {
  return resource('Channel', 'ops', '  type: console');
}

function silence(i: number): string {
  const matchers =
    i % 5 === 4 ? `'namespace=~"maintained-${i}-.*"'` : `'team="quiet-${i}"', 'environment!="production"'`;
  return resource('Silence', `s${i}`, `  matchers: [${matchers}]\n  endsAt: 2099-01-01T00:00:00Z\n  comment: bench`);
}

function inhibition(i: number): string {
  const source = `  sourceMatch: ['alertname="NodeDown-${i}"', 'severity="critical"']`;
  return resource(
    'Inhibition',
    `i${i}`,
    `${source}\n  targetMatch: ['severity=~"warning|info"', 'team="team-${i}"']\n  equal: [cluster, node]`,
  );
}

/** Namespaces come back, as they do in a cluster; nothing else of an alert does. */
export function decisionLabels(i: number): Record<string, string> {
  const division = i % 400;
  return {
    alertname: `Latency-${i % 50}`,
    cluster: `c${i % 5}`,
    instance: `10.0.${i % 250}.${i % 199}:9100`,
    job: 'api',
    namespace: `division-${division % 125}-shop-${SHORTS[division % 4]}-${division}`,
    node: `n${i % 300}`,
    pod: `api-${i}`,
    service: `svc-${i % 90}`,
    severity: i % 3 === 0 ? 'critical' : 'warning',
    team: `team-${i % 120}`,
  };
}

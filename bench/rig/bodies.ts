/**
 * Requests that are made once and then only stamped: digits are written into their places, so that every alert is another one
 * and knows when it was meant to leave, and the generator has next to nothing to do for it.
 */

export interface BodyOptions {
  /** `get`: asks for the path and sends no alert. */
  readonly format: 'webhook' | 'api-v2' | 'get';
  readonly path: string;
  readonly alerts: number;
  /** Value of the label `bench`, which routes go by. */
  readonly label: string;
  /** Shown as a bearer token. */
  readonly bearer?: string;
  /** Characters that make the description of each alert so much longer. */
  readonly filler?: number;
}

const NUMBER = '@'.repeat(10);
const TEAM = '#'.repeat(3);
const MICROSECONDS = '~'.repeat(16);
const TEAMS = 1000;
const ZERO = 48;

/** Where the receiver of a notification finds when its alert was meant to leave: 16 digits, microseconds, monotonic. */
export const MEANT_AT = '"bench_at":"';

export class RequestTemplate {
  readonly #bytes: Buffer;
  readonly #numbers: readonly number[];
  readonly #teams: readonly number[];
  readonly #times: readonly number[];
  readonly alerts: number;

  constructor(options: BodyOptions) {
    const isGet = options.format === 'get';
    const body = isGet ? '' : options.format === 'webhook' ? webhookBody(options) : apiBody(options);
    const head = [
      `${isGet ? 'GET' : 'POST'} ${options.path} HTTP/1.1`,
      'Host: 127.0.0.1',
      'User-Agent: herald-bench',
      ...(isGet ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
      ...(options.bearer === undefined ? [] : [`Authorization: Bearer ${options.bearer}`]),
    ];
    const text = `${head.join('\r\n')}\r\n\r\n${body}`;
    this.alerts = options.alerts;
    this.#bytes = Buffer.from(text);
    this.#numbers = placesOf(text, NUMBER);
    this.#teams = placesOf(text, TEAM);
    this.#times = placesOf(text, MICROSECONDS);
  }

  /** Of the whole request, its head included. */
  get size(): number {
    return this.#bytes.length;
  }

  /** A buffer of one's own, for one connection to stamp again and again. */
  copy(): Buffer {
    return Buffer.from(this.#bytes);
  }

  /** `first`: number of the first alert, unique through the run. */
  stamp(copy: Buffer, first: number, microseconds: number): void {
    for (let i = 0; i < this.#numbers.length; i++) writeDigits(copy, this.#numbers[i]!, NUMBER.length, first + i);
    for (let i = 0; i < this.#teams.length; i++) writeDigits(copy, this.#teams[i]!, TEAM.length, (first + i) % TEAMS);
    for (const place of this.#times) writeDigits(copy, place, MICROSECONDS.length, microseconds);
  }
}

function placesOf(text: string, mark: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) places.push(at);
  return places;
}

function writeDigits(buffer: Buffer, at: number, width: number, value: number): void {
  let rest = value;
  for (let i = at + width - 1; i >= at; i--) {
    const tenth = Math.floor(rest / 10);
    buffer[i] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
}

/** As large as Kubernetes' own rules make them. */
function labelsOf({ label }: BodyOptions) {
  return {
    alertname: 'KubePodCrashLooping',
    bench: label,
    cluster: 'eu-central-1',
    container: 'checkout',
    job: 'kube-state-metrics',
    namespace: `shop-team-${TEAM}-prod`,
    pod: `checkout-${NUMBER}`,
    severity: 'critical',
  };
}

const annotations = {
  bench_at: MICROSECONDS,
  description: 'A container of the pod restarts again and again: its last start failed within ten seconds.',
  runbook_url: 'https://runbooks.example.org/runbooks/kubernetes/kubepodcrashlooping',
  summary: 'Pod is crash looping.',
};

const generatorURL =
  'http://prometheus.example.org:9090/graph?g0.expr=increase%28restarts_total%5B5m%5D%29+%3E+0&g0.tab=1';
/** Just now: an alert older than its group's wait would be told at once. */
const startsAt = new Date().toISOString();

function webhookBody(options: BodyOptions): string {
  const alert = {
    status: 'firing',
    labels: labelsOf(options),
    annotations: { ...annotations, description: annotations.description + ' x'.repeat((options.filler ?? 0) / 2) },
    startsAt,
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL,
    fingerprint: '2c2fd01e4dd3c6e1',
  };
  return JSON.stringify({
    receiver: 'herald',
    status: 'firing',
    alerts: Array.from({ length: options.alerts }, () => alert),
    groupLabels: { alertname: 'KubePodCrashLooping' },
    commonLabels: { alertname: 'KubePodCrashLooping', severity: 'critical' },
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example.org:9093',
    version: '4',
    groupKey: '{}:{alertname="KubePodCrashLooping"}',
    truncatedAlerts: 0,
  });
}

function apiBody(options: BodyOptions): string {
  const alert = { labels: labelsOf(options), annotations, startsAt, endsAt: '2036-11-23T08:57:22.338Z', generatorURL };
  return JSON.stringify(Array.from({ length: options.alerts }, () => alert));
}

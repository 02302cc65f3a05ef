/** Alerts as their senders post them, and what a webhook receiver got. */

import { readFile } from 'node:fs/promises';
import type { WebhookBody } from '../../channels/webhook/body.ts';
import type { ReceivedRequest } from '../support/receiver.ts';

const FIXTURES = new URL('../fixtures/payloads/', import.meta.url);

export interface AlertmanagerPayload {
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
    readonly generatorURL: string;
    readonly fingerprint: string;
  }[];
  readonly groupLabels: Readonly<Record<string, string>>;
}

/** A recorded body of a real Alertmanager, `firing-critical` for instance. */
export async function payload(name: string): Promise<AlertmanagerPayload> {
  const text = await readFile(new URL(`alertmanager-0.25-${name}.json`, FIXTURES), 'utf8');
  return JSON.parse(text) as AlertmanagerPayload;
}

/** The same alerts as Alertmanager reports them once they are over. */
export function ended(body: AlertmanagerPayload, endsAt = '2026-11-23T08:58:00Z'): AlertmanagerPayload {
  const alerts = body.alerts.map((alert) => ({ ...alert, status: 'resolved', endsAt }));
  return { ...body, status: 'resolved', alerts };
}

/** Herald's own format. */
export function alertsOf(...labels: readonly Readonly<Record<string, string>>[]): object {
  return { alerts: labels.map((set) => ({ status: 'firing', labels: set, startsAt: '2026-11-23T08:57:22Z' })) };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Text goes as it is, anything else as JSON. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, headers: response.headers, body: readable(await response.text()) };
}

export async function get(url: string): Promise<Answered> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  return { status: response.status, headers: response.headers, body: readable(await response.text()) };
}

export function notificationIn(request: ReceivedRequest | undefined): WebhookBody {
  return JSON.parse(request?.body ?? 'null') as WebhookBody;
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

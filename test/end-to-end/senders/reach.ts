/** What the senders of docs/sources.md have in hand: where Herald is, their secrets, and the commands of the page, run as they stand there. */

import { execFile } from 'node:child_process';
import type { Section } from '../senders-page.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Reach {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** `https://127.0.0.1:port`. */
  readonly tlsUrl: string;
  /** The secrets of the page, by the names of their variables, and what the commands of the page read besides. */
  readonly env: Labels;
  /** Where the commands of the page run: it holds their certificates. */
  readonly folder: string;
  /** A token of the issuer, for the audience. */
  token(): Promise<string>;
  /** Resolves when JetStream has acknowledged it. */
  publish(subject: string, body: string): Promise<void>;
}

export interface Shown {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly generatorURL: string;
  readonly startsAt: string;
  readonly occurrences: number;
}

/** Waits until Herald shows an alert of the source with exactly these labels, and this status. */
export type See = (labels: Labels, status?: 'firing' | 'acknowledged' | 'resolved') => Promise<Shown>;

/** Sends what the sender of the section sends, and sees what it becomes. */
export type Sender = (reach: Reach, see: See, section: Section) => Promise<void>;

/** A command of the page, with Herald at its address here. It must succeed. */
export function run(command: string, reach: Reach, extra: Labels = {}): Promise<string> {
  const here = command
    .replaceAll('http://127.0.0.1:8080', reach.url)
    .replaceAll('https://herald.example:8443', reach.tlsUrl);
  const env = { PATH: process.env.PATH, ...reach.env, ...extra };
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', here], { cwd: reach.folder, env, timeout: 30_000 }, (error, out, err) =>
      error === null ? resolve(out) : reject(new Error(`${command}\n${out}${err}`, { cause: error })),
    );
  });
}

/** The status of the answer, which must be one of those expected. */
export async function post(
  url: string,
  body: string,
  headers: Labels,
  expected: readonly number[] = [202],
): Promise<{ readonly status: number; readonly body: string }> {
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  if (!expected.includes(answer.status)) throw new Error(`${url}: ${answer.status} ${text}`);
  return { status: answer.status, body: text };
}

export const JSON_TYPE = { 'content-type': 'application/json' };

export const hook = ({ url }: Reach, name: string) => `${url}/v1/webhooks/${name}`;

/** An answer to a click, to the address that came with it. */

import type { Clock } from '../../telemetry/clock.ts';
import type { Log } from '../../telemetry/log.ts';
import { requestWithin, verdict } from '../http-attempt.ts';
import { outboundFor } from '../http-options.ts';
import { type SlackOptions, slackSettings } from './options.ts';

const PATIENCE = 10_000;

/** Resolves whatever comes of it: the command is carried out, and the message is updated by the next notification, too. */
export async function respondToClick(
  options: SlackOptions,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  url: URL,
  body: unknown,
): Promise<void> {
  const http = outboundFor(slackSettings(options));
  try {
    const headers = { 'user-agent': 'Herald', 'content-type': 'application/json; charset=utf-8' };
    const bounds = { clock, timeout: PATIENCE, signal: new AbortController().signal };
    const result = await requestWithin(http, { method: 'POST', url, headers, body: JSON.stringify(body) }, bounds);
    const outcome = verdict(result, clock.now());
    if (outcome.kind !== 'delivered')
      log.warn(
        { event: 'slack.click-not-answered', detail: outcome.detail },
        'Slack did not take what answers a click',
      );
  } finally {
    await http.close();
  }
}

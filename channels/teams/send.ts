/**
 * Notifications in Teams, by a Workflow that posts what it is sent. The Workflow answers before Teams has the message (202), and gives
 * nothing to find it by: each notification is a message of its own.
 * Source: learn.microsoft.com, "Create incoming webhooks with Workflows for Microsoft Teams" and "Microsoft Teams connector".
 */

import {
  type Bounds,
  type HttpAnswer,
  oneLine,
  requestWithin,
  verdictOfStatus,
  verdictWithoutAnswer,
} from '../http-attempt.ts';
import { outboundFor } from '../http-options.ts';
import { jsonObject, objectOf } from '../json-object.ts';
import type { Outbound } from '../outbound.ts';
import { type Outcome, withFailures } from '../outcome.ts';
import { plainTexts } from '../plain-texts.ts';
import type { Sender, SenderContext } from '../sender.ts';
import { teamsBody } from './card.ts';
import { type TeamsOptions, teamsSettings } from './options.ts';

export function createTeamsSender(options: TeamsOptions, context: SenderContext, outbound?: Outbound): Sender {
  const settings = teamsSettings(options);
  const http = outbound ?? outboundFor(settings, context);
  const { externalURL } = context;
  const { url, wrapping } = settings;
  return {
    async send(notification, _attempt, signal) {
      const texts = await plainTexts('teams', notification, context);
      const bounds = { clock: context.clock, timeout: settings.timeout, signal };
      const full = teamsBody(notification, texts, { externalURL, wrapping });
      const first = await post(http, url, full, bounds);
      // Teams counts otherwise than we do: once more with the words alone.
      const last =
        first.status === 413
          ? await post(http, url, teamsBody(notification, texts, { externalURL, wrapping, least: true }), bounds)
          : first;
      return withFailures(last.outcome, texts.failures);
    },
    close: () => http.close(),
  };
}

async function post(
  http: Outbound,
  url: URL,
  body: string,
  bounds: Bounds,
): Promise<{ status: number | null; outcome: Outcome }> {
  const headers = { 'user-agent': 'Herald', 'content-type': 'application/json' };
  const result = await requestWithin(http, { method: 'POST', url, headers, body }, bounds);
  if (result.kind !== 'answer') return { status: null, outcome: verdictWithoutAnswer(result, 'uncertain') };
  const answer = asMeant(result);
  return { status: answer.status, outcome: outcomeOf(answer, bounds.clock.now()) };
}

/**
 * The connectors before Workflows answer 200 whatever comes of it, and say in words what Teams answered: `Webhook message delivery
 * failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId ...`.
 */
function asMeant(answer: HttpAnswer): HttpAnswer {
  const said = answer.status === 200 ? /returned HTTP error (\d{3})/.exec(answer.text) : null;
  return said === null ? answer : { ...answer, status: Number(said[1]) };
}

function outcomeOf(answer: HttpAnswer, now: number): Outcome {
  const outcome = verdictOfStatus(answer, now, 'uncertain');
  if (outcome.kind === 'delivered') return { ...outcome, detail: `taken by the Workflow (HTTP ${answer.status})` };
  return { ...outcome, detail: errorIn(answer) ?? outcome.detail };
}

/** `HTTP 404, WorkflowNotFound: The workflow ... could not be found.` */
function errorIn(answer: HttpAnswer): string | null {
  const { code, message = '' } = objectOf(jsonObject(answer.text)?.error);
  // Else the verdict by the status shows what was said.
  return typeof code === 'string' ? oneLine(`HTTP ${answer.status}, ${code}: ${String(message ?? '')}`) : null;
}

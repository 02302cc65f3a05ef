/**
 * POST /v1/interactions/slack/{tenant}/{channel}: buttons of Slack messages. Slack signs what it sends and wants an answer within
 * three seconds, so the click is carried out while it waits for at most two; what came of it is said in the message.
 */

import { verifySlack } from '../access/slack-signature.ts';
import { answerTo, type Click, personOf, readInteraction } from '../channels/slack/interaction.ts';
import { problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply, Route } from '../ingress/route.ts';
import type { OperatorPorts } from './operator-ports.ts';

export interface SlackPorts extends Pick<OperatorPorts, 'command' | 'now'> {
  /** null: there is no such Slack channel, or it has no signing secret. */
  slackChannel(tenant: string, name: string): SlackApp | null;
  /** Resolves with the work, or after so many milliseconds; the work goes on. */
  within(milliseconds: number, work: Promise<void>): Promise<void>;
  /** Somebody whom Slack vouches for may not do what the button does. */
  notAllowed(subject: string, by: string): void;
  /** Of work that went on after the answer. */
  failed(error: unknown): void;
}

export interface SlackApp {
  readonly signingSecret: string;
  /** Of the Slack user with this id. */
  mayAct(id: string): boolean;
  /** Posts JSON; resolves whatever comes of it. */
  respond(url: URL, body: unknown): Promise<void>;
}

/** By Slack's documentation. Seconds. */
const TOLERANCE = 300;
const PATIENCE = 2000;
const MOST_BODY = 512 * 1024;
const HEADERS = ['x-slack-request-timestamp', 'x-slack-signature'];

export function slackInteractionRoute(ports: SlackPorts): Route {
  return {
    method: 'POST',
    path: '/v1/interactions/slack/{tenant}/{channel}',
    access: 'provider',
    maxBodyBytes: MOST_BODY,
    headers: HEADERS,
    handle: (request) => handle(ports, request),
  };
}

async function handle(ports: SlackPorts, { params, headers, body }: HttpRequest): Promise<Reply> {
  const { tenant = '', channel = '' } = params;
  const app = ports.slackChannel(tenant, channel);
  if (app === null) return problem(404, 'no such Slack channel', { code: 'channel.unknown', detail: NO_CHANNEL });
  const timestamp = headers['x-slack-request-timestamp'] ?? '';
  const signature = headers['x-slack-signature'] ?? '';
  const verdict = verifySlack({ timestamp, signature, body }, app.signingSecret, {
    now: ports.now(),
    tolerance: TOLERANCE,
  });
  if (verdict !== 'signature.valid') {
    return problem(401, 'this does not come from Slack', { code: verdict, detail: 'the signature does not hold' });
  }
  const interaction = readInteraction(body.toString('utf8'));
  switch (interaction.kind) {
    case 'nothing':
      return { status: 200 };
    case 'unreadable':
      return problem(400, 'the interaction cannot be read', { code: 'body.unreadable', detail: interaction.why });
    case 'click': {
      const work = carryOut(ports, app, { tenant, channel }, interaction.click).catch(ports.failed);
      await ports.within(PATIENCE, work);
      return { status: 200 };
    }
    default:
      return interaction satisfies never;
  }
}

const NO_CHANNEL = 'no Channel of the type slack with a signingSecret has this name';

async function carryOut(
  ports: SlackPorts,
  app: SlackApp,
  { tenant, channel }: { readonly tenant: string; readonly channel: string },
  click: Click,
): Promise<void> {
  // One Slack app may serve several tenants' channels, but its clicks come to one address.
  if (click.tenant !== tenant) {
    ports.notAllowed(`${tenant}/${channel}`, personOf(click));
    const text = `This alert belongs to another tenant than ${tenant}, for which this app's clicks are.`;
    return app.respond(click.responseUrl, { response_type: 'ephemeral', replace_original: false, text });
  }
  if (!app.mayAct(click.user.id)) {
    ports.notAllowed(`${tenant}/${channel}`, personOf(click));
    const text = 'Nothing was done: this channel does not let you acknowledge or snooze. Its mayAct says who may.';
    return app.respond(click.responseUrl, { response_type: 'ephemeral', replace_original: false, text });
  }
  const now = ports.now();
  const { action, length, id } = click;
  const replies = await Promise.all(
    click.fingerprints.map((fingerprint) =>
      ports
        .command({
          kind: 'command',
          id: `slack.${id}.${action}.${fingerprint}`,
          ...{ tenant, fingerprint, action },
          by: personOf(click),
          comment: '',
          ...(action === 'snooze' ? { until: now + length } : {}),
        })
        .catch((error: unknown) => {
          ports.failed(error);
          return null;
        }),
    ),
  );
  for (const answer of answerTo(click, replies, now)) await app.respond(click.responseUrl, answer);
}

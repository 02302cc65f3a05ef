/** GET /v1/channels, POST /v1/channels/{tenant}/{name}/test. What a test opens (an incident, a ticket) is ended a minute later. */

import type { SubmitEntry } from '../alert/entry.ts';
import type { Notification } from '../alert/notification.ts';
import { reason } from '../alert/reason.ts';
import { CHANNEL_TYPES } from '../channels/registry.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { type Caller, sees } from './caller.ts';
import { channelStandings } from './channel-standings.ts';
import { invalid, readObject, textField } from './json-body.ts';
import { json, type Operation } from './operation.ts';
import type { DeclaredChannel, OperatorPorts } from './operator-ports.ts';
import { words } from './parameters.ts';
import { personIn } from './person-body.ts';

type Ports = Pick<OperatorPorts, 'query' | 'channels' | 'submit' | 'newCommandId' | 'now'>;

export function channelOperations(ports: Ports): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/channels',
      id: 'listChannels',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary:
        'The channels that are declared: where each sends on to, how its breaker stands, what its provider says of itself, what it meets that fails, and which fail for one cause.',
      parameters: [words('tenant', 'Name of the tenant.')],
      body: null,
      answer: 'ChannelList',
      problems: {},
      handle: async (_, { tenant }, caller) => {
        const asked = (name: string) => (tenant === undefined || tenant === name) && sees(caller, name);
        return json(200, await channelStandings(ports, asked));
      },
    },
    {
      method: 'POST',
      path: '/v1/channels/{tenant}/{name}/test',
      id: 'testChannel',
      access: { permission: 'channels.test', within: 'tenant' },
      summary:
        'Sends a test notification through the channel, by the way that all go. Its delivery tells what came of it. What it opens is ended a minute later.',
      parameters: [],
      body: 'ChannelTest',
      answer: 'Submitted',
      problems: {
        404: 'No such channel is declared.',
        409: 'It was not taken on.',
        422: 'The body is invalid.',
        503: 'Nobody answers for it now. It may have been sent: look at its delivery before asking again.',
      },
      handle: (request, _, caller) => tryOut(ports, request, caller),
    },
  ];
}

const LONGEST_ADDRESS = 500;

async function tryOut(
  ports: Ports,
  { params: { tenant = '', name = '' }, body }: HttpRequest,
  { identity }: Caller,
): Promise<Reply> {
  const channel = ports.channels().find((one) => one.tenant === tenant && one.name === name);
  if (channel === undefined) {
    const detail = `tenant ${tenant} has no Channel named ${name}`;
    return problem(404, 'no such channel', { code: 'channel.unknown', detail });
  }
  const read = readObject(body);
  if ('refused' in read) return read.refused;
  const problems = new Problems();
  const { by } = personIn(read.fields, problems, identity);
  const address = textField(problems, '/address', read.fields.address, LONGEST_ADDRESS);
  if (problems.count > 0) return invalid(problems);
  const id = ports.newCommandId();
  const notification = testNotification(channel, id, by, address, ports.now());
  const reply = await submitted(ports, { kind: 'submit', id, because: 'test', by, notification });
  if (reply.status === 200 && isLasting(channel, ports.channels())) await endOf(ports, notification, by);
  return reply;
}

function isLasting({ type, tenant, members }: DeclaredChannel, all: readonly DeclaredChannel[]): boolean {
  if (CHANNEL_TYPES[type]?.lasting === true) return true;
  return all.some(
    (one) => one.tenant === tenant && members.includes(one.name) && CHANNEL_TYPES[one.type]?.lasting === true,
  );
}

/** Whoever tries it out is to see it, and nobody to clear it away. Milliseconds. */
const TEST_LASTS = 60_000;

/** Its own command, in the row of the first. If it is not taken on, what was opened stands; that the test was sent is true all the same. */
async function endOf(ports: Ports, notification: Notification, by: string): Promise<void> {
  const endsAt = notification.createdAt + TEST_LASTS;
  const ended: Notification = {
    ...notification,
    id: `${notification.id}-end`,
    status: 'resolved',
    alerts: notification.alerts.map((alert) => ({ ...alert, status: 'resolved', endsAt })),
    notBefore: endsAt,
  };
  await submitted(ports, { kind: 'submit', id: ports.newCommandId(), because: 'test', by, notification: ended });
}

export async function submitted(
  { submit }: Pick<OperatorPorts, 'submit'>,
  entry: Omit<SubmitEntry, 'replyTo'>,
): Promise<Reply> {
  const { ok, reasons } = await submit(entry);
  if (ok) return json(200, { notificationId: entry.notification.id, reasons });
  const detail = reasons.map((one) => one.detail).join('; ');
  return problem(409, 'it was not taken on', { code: 'delivery.refused', detail });
}

/** It says what it is, fires in no group, and asks nobody for anything. */
function testNotification(
  { tenant, name }: DeclaredChannel,
  id: string,
  by: string,
  address: string,
  now: number,
): Notification {
  const labels = { alertname: 'HeraldTest', severity: 'info' };
  return {
    id: `test-${id}`,
    tenant,
    groupId: `test-${id}`,
    groupKey: `{}/test:{alertname="HeraldTest"}`,
    groupLabels: labels,
    channel: name,
    ...(address === '' ? {} : { recipient: { name: 'test', address } }),
    status: 'firing',
    alerts: [
      {
        tenant,
        fingerprint: '0000000000000000',
        status: 'firing',
        labels,
        annotations: {
          summary: `Test of channel ${name}, asked for by ${by}`,
          description: 'Nothing is wrong: somebody tries out whether this channel works.',
        },
        startsAt: now,
        endsAt: null,
        generatorURL: '',
        source: 'herald',
        environment: 'testing',
        priority: 'P5',
      },
    ],
    truncatedAlerts: 0,
    environment: 'testing',
    priority: 'P5',
    reasons: [reason('delivery.test', `by ${by}`)],
    createdAt: now,
  };
}

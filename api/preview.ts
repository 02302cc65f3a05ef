/** POST /v1/preview: the message that a channel would send about an alert, whole, and not sent. As `herald preview` does. */

import type { Alert } from '../alert/alert.ts';
import type { Recipient } from '../alert/notification.ts';
import { alertFrom } from '../channels/preview-subject.ts';
import { contextOf } from '../ingress/formats/format.ts';
import { herald } from '../ingress/formats/herald.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import { zoneOf } from '../rules/zone.ts';
import { type Caller, notIn, sees } from './caller.ts';
import { type Fields, invalid, readObject, textField } from './json-body.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';

type Ports = Pick<OperatorPorts, 'query' | 'preview' | 'now'>;

export function previewOperations(ports: Ports): Operation[] {
  return [
    {
      method: 'POST',
      path: '/v1/preview',
      id: 'previewMessage',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary:
        'What a channel would send about alerts of the body, about an alert that Herald knows (fingerprint), or about a made-up one: each request or part of a mail, whole, without secrets, masked. Nothing is sent.',
      parameters: [],
      body: 'PreviewWish',
      answer: 'Preview',
      problems: {
        404: 'No such channel is declared, or no such alert is known.',
        422: 'The body is invalid.',
        503: 'The archive, which knows the alert, cannot be asked now.',
      },
      handle: (request, _, caller) => preview(ports, request, caller),
    },
  ];
}

const LONGEST_NAME = 253;
const LONGEST_ADDRESS = 500;
const MOST_ALERTS = 100;

async function preview(ports: Ports, { body }: HttpRequest, caller: Caller): Promise<Reply> {
  const read = readObject(body);
  if ('refused' in read) return read.refused;
  const { fields } = read;
  const problems = new Problems();
  const tenant = textField(problems, '/tenant', fields.tenant, LONGEST_NAME) || 'default';
  const channel = textField(problems, '/channel', fields.channel, LONGEST_NAME);
  const fingerprint = textField(problems, '/fingerprint', fields.fingerprint, 16).toLowerCase();
  if (fields.channel === undefined) problems.add('/channel', null, 'the name of a Channel');
  if (fingerprint !== '' && !/^[0-9a-f]{16}$/.test(fingerprint))
    problems.add('/fingerprint', fingerprint, '16 hexadecimal digits');
  if (fingerprint !== '' && fields.alerts !== undefined)
    problems.add('/alerts', fields.alerts, 'left out beside fingerprint: one or the other');
  const given = alertsIn(fields, tenant, ports.now(), problems);
  const recipient = recipientIn(fields.recipient, problems);
  if (problems.count > 0) return invalid(problems);
  if (!sees(caller, tenant)) return notIn(tenant);
  const alerts = fingerprint === '' ? given : [await known(ports, tenant, fingerprint)];
  const shown = await ports.preview({ tenant, channel, alerts, recipient });
  if (shown !== null) return json(200, { tenant, channel, ...shown });
  const detail = `tenant ${tenant} has no Channel named ${channel}`;
  return problem(404, 'no such channel', { code: 'channel.unknown', detail });
}

/** In Herald's own format. */
function alertsIn({ alerts }: Fields, tenant: string, now: number, problems: Problems): readonly Alert[] {
  if (alerts === undefined) return [];
  if (!Array.isArray(alerts) || alerts.length === 0 || alerts.length > MOST_ALERTS) {
    problems.add('/alerts', alerts, `a list of 1 to ${MOST_ALERTS} alerts`);
    return [];
  }
  const decoded = herald.decode({ alerts }, contextOf({ tenant, name: 'preview', mapping: undefined }, now));
  for (const { path, value, allowed } of decoded.problems.list) problems.add(path, value, allowed);
  return decoded.alerts;
}

function recipientIn(given: unknown, problems: Problems): Recipient | null {
  if (given === undefined) return null;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    problems.add('/recipient', given, 'an object with any of address, language, timeZone');
    return null;
  }
  const { address, language, timeZone } = given as Fields;
  const zone = textField(problems, '/recipient/timeZone', timeZone, LONGEST_NAME);
  const tag = textField(problems, '/recipient/language', language, LONGEST_NAME);
  if (zone !== '' && zoneOf(zone) === null)
    problems.add('/recipient/timeZone', zone, 'a zone of the IANA database such as Europe/Berlin');
  return {
    name: 'user/preview',
    address: textField(problems, '/recipient/address', address, LONGEST_ADDRESS) || 'preview@example.org',
    ...(tag === '' ? {} : { language: tag }),
    ...(zone === '' ? {} : { timeZone: zone }),
  };
}

/** Rejects with `query.not-found`, which the operation answers. */
async function known({ query }: Ports, tenant: string, fingerprint: string): Promise<Alert> {
  return alertFrom((await query('alert', { tenant, fingerprint })) as Readonly<Record<string, unknown>>);
}

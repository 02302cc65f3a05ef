/**
 * GET and POST /api/v2/silences, GET and DELETE /api/v2/silence/{silenceID}. The same silences as under /v1/silences. Answered once the
 * reading side knows it, too: `amtool silence add` and then `silence query` must agree.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { actingAs } from '../../access/identity.ts';
import type { CommandReply } from '../../alert/alert-state.ts';
import type { HttpRequest, Reply, Route } from '../../ingress/route.ts';
import type { Caller } from '../caller.ts';
import { answer, refuse, routeTo } from './answer.ts';
import { gettable, isListed, order } from './gettable-silence.ts';
import { filtersIn } from './parameters.ts';
import type { AlertmanagerPorts } from './ports.ts';
import { readPostable } from './postable-silence.ts';
import { type StoredSilence, storedSilences } from './stored-silences.ts';

const MOST_BODY = 256 * 1024;
const LOOK_EVERY = 20;
/** Most looks at the archive after a command: it follows the partitions within milliseconds, unless it is down. */
const MOST_LOOKS = 50;

export function silenceRoutes(ports: AlertmanagerPorts): Route[] {
  return [
    routeTo(ports, 'GET', '/api/v2/silences', list),
    routeTo(ports, 'POST', '/api/v2/silences', post, MOST_BODY),
    routeTo(ports, 'GET', '/api/v2/silence/{silenceID}', async (own, { params: { silenceID = '' } }) => {
      const found = await stored(own, silenceID);
      return found === null ? unknown(silenceID) : answer(gettable(found));
    }),
    routeTo(ports, 'DELETE', '/api/v2/silence/{silenceID}', (own, { params: { silenceID = '' } }, { identity }) =>
      expire(own, silenceID, actingAs(identity, 'api/v2')),
    ),
  ];
}

async function list(ports: AlertmanagerPorts, request: HttpRequest): Promise<Reply> {
  const filters = filtersIn(new URLSearchParams(request.query));
  if ('problem' in filters) return refuse(400, filters.problem);
  const all = await storedSilences(ports, ports.alertmanager.tenant(), null);
  const shown = all.map(gettable).filter((silence) => isListed(silence, filters.matchers));
  return answer(shown.sort(order));
}

async function post(ports: AlertmanagerPorts, request: HttpRequest, { identity }: Caller): Promise<Reply> {
  const read = readPostable(request.body, ports.now());
  if ('problem' in read) return refuse(400, read.problem);
  const content = { ...read.content, createdBy: actingAs(identity, read.content.createdBy) };
  const tenant = ports.alertmanager.tenant();
  const before = read.id === null ? null : await stored(ports, read.id);
  if (read.id !== null && before === null) return unknown(read.id);
  // One that is over is not changed: as in Alertmanager, another one begins.
  const change = before !== null && before.state !== 'expired';
  const command = ports.newCommandId();
  const id = change ? before.id : command;
  const entry = { kind: 'silence' as const, id: command, tenant, silence: id, content, change };
  const reply = await ports.silence({ ...entry, by: content.createdBy });
  if (!reply.ok) return refused(reply);
  await seen(ports, id, (known) => known !== null && Date.parse(known.endsAt) === content.endsAt);
  return answer({ silenceID: id });
}

async function expire(ports: AlertmanagerPorts, id: string, by: string): Promise<Reply> {
  const tenant = ports.alertmanager.tenant();
  const entry = {
    kind: 'silence' as const,
    id: ports.newCommandId(),
    tenant,
    silence: id,
    content: null,
    change: true,
  };
  const reply = await ports.silence({ ...entry, by });
  if (!reply.ok) return refused(reply);
  await seen(ports, id, (known) => known?.state === 'expired');
  return { status: 200 };
}

/** null: not known, or another tenant's. */
async function stored(ports: AlertmanagerPorts, id: string): Promise<StoredSilence | null> {
  if (id === '') return null;
  try {
    const found = (await ports.query('silence', { id, now: ports.now() })) as StoredSilence;
    return found.tenant === ports.alertmanager.tenant() ? found : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'query.not-found') return null;
    throw error;
  }
}

/** The command is carried out whatever the archive knows of it: a late one fails nothing. */
async function seen(
  ports: AlertmanagerPorts,
  id: string,
  isThere: (known: StoredSilence | null) => boolean,
): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    if (isThere(await stored(ports, id).catch(() => null))) return;
    await pause(LOOK_EVERY);
  }
}

function refused({ status, reasons }: CommandReply): Reply {
  const why = reasons.map(({ detail }) => detail).join('; ');
  return refuse(status === 404 ? 404 : 400, why);
}

function unknown(id: string): Reply {
  return refuse(404, `silence ${id} not found`);
}

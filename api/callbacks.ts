/**
 * POST /v1/callbacks/{tenant}/{channel}: what a provider reports later of messages that it accepted. The channel's type says whether
 * it really is the provider (channels/sender.ts). Answered after the reports are stored; a provider that hears 503 comes again.
 */

import type { ReceiptEntry } from '../alert/entry.ts';
import type { CallbackRead, CallbackRequest } from '../channels/sender.ts';
import { problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply, Route } from '../ingress/route.ts';

export interface CallbackPorts {
  /** null: there is no such channel, or its type has no call-backs. */
  readCallback(tenant: string, channel: string, request: CallbackRequest): CallbackRead | null;
  /** Resolves once they are stored; rejects where they cannot be now. */
  reported(receipts: readonly ReceiptEntry[]): Promise<void>;
}

const MOST_BODY = 256 * 1024;
const PATH = '/v1/callbacks/{tenant}/{channel}';

export function callbackRoute(ports: CallbackPorts): Route {
  return {
    method: 'POST',
    path: PATH,
    access: 'provider',
    maxBodyBytes: MOST_BODY,
    handle: (request) => handle(ports, request),
  };
}

async function handle(ports: CallbackPorts, { params, url, query, headers, body }: HttpRequest): Promise<Reply> {
  const { tenant = '', channel = '' } = params;
  const path = query === '' ? url : `${url}?${query}`;
  const read = ports.readCallback(tenant, channel, { path, headers, body });
  if (read === null) {
    const detail = `tenant ${tenant} has no Channel named ${channel} whose provider reports`;
    return problem(404, 'no such call-back', { code: 'channel.unknown', detail });
  }
  switch (read.kind) {
    case 'refused':
      return problem(401, 'this does not come from the provider', { code: 'callback.refused', detail: read.why });
    case 'unreadable':
      return problem(400, 'the report cannot be read', { code: 'callback.unreadable', detail: read.why });
    case 'receipts': {
      const entries = read.receipts.map((one): ReceiptEntry => ({ kind: 'receipt', tenant, channel, ...one }));
      try {
        if (entries.length > 0) await ports.reported(entries);
      } catch (error) {
        const detail = (error as Error).message;
        return { ...problem(503, 'it could not be stored', { code: 'callback.not-stored', detail }) };
      }
      return { status: 200 };
    }
    default:
      return read satisfies never;
  }
}

/**
 * Paths that Sources declare besides `/v1/webhooks/{source}`: whoever has an old address need not change it. They come and go with the
 * resources, so that all paths that no route has are looked up here.
 */

import { admit, INTAKE_HEADERS } from './admission.ts';
import { handshake } from './handshake.ts';
import { methodNotAllowed, pathUnknown } from './problem.ts';
import type { Method, RequestHead, Route } from './route.ts';
import type { IngressSource } from './source.ts';
import { receive, type WebhookPorts } from './webhook.ts';

export interface SourcePathPorts extends WebhookPorts {
  /** `path`: as its sender wrote it. null: no Source declares it. */
  sourceAt(path: string): IngressSource | null;
}

const METHODS: readonly Method[] = ['POST', 'PUT', 'OPTIONS'];

export function sourcePathRoute(ports: SourcePathPorts): Route {
  return {
    method: METHODS,
    path: '/*',
    access: 'source',
    headers: [...INTAKE_HEADERS, 'webhook-request-origin'],
    admit(head) {
      const source = ports.sourceAt(head.url);
      if (source === null) return pathUnknown();
      if (!isOurs(head)) return methodNotAllowed(head.method, METHODS);
      return head.method === 'OPTIONS' ? { maxBodyBytes: 0 } : admit(ports, source, head);
    },
    handle(request) {
      const source = ports.sourceAt(request.url);
      // A reload may have removed it while the body was on its way.
      if (source === null) return pathUnknown();
      return request.method === 'OPTIONS' ? handshake(source, request.headers) : receive(ports, source, request);
    },
  };
}

function isOurs({ method }: RequestHead): boolean {
  return (METHODS as readonly string[]).includes(method);
}

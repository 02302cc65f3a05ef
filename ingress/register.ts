/** Routes on a uWebSockets.js app: each pattern with its methods, and the refusals of all others. */

import type { TemplatedApp, HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js';
import { type CompiledRoute, compile } from './compiled-route.ts';
import { Exchange, type ServerState } from './exchange.ts';
import { methodNotAllowed, pathUnknown } from './problem.ts';
import type { Method, Route } from './route.ts';

export function register(app: TemplatedApp, routes: readonly Route[], server: ServerState): void {
  const allowed = new Map<string, Method[]>();
  const elsewhere = routes.find(({ path }) => path === '/*');
  for (const route of routes) {
    // With methods of its own it would come before the others' refusals of theirs.
    if (route === elsewhere) continue;
    const methods = typeof route.method === 'string' ? [route.method] : route.method;
    const pattern = route.path.replace(/\{(\w+)\}/g, ':$1');
    allowed.set(pattern, [...(allowed.get(pattern) ?? []), ...methods]);
    const compiled = compile(route, pattern);
    for (const method of methods) on(app, method, pattern, serving(compiled, server));
  }
  for (const [pattern, methods] of allowed) {
    app.any(pattern, serving(refusing(pattern, refusingMethod([...new Set(methods)])), server));
  }
  app.any('/*', serving(elsewhere === undefined ? refusing('unknown', pathUnknown) : compile(elsewhere, '/*'), server));
}

function on(
  app: TemplatedApp,
  method: Method,
  pattern: string,
  serve: (res: UwsResponse, req: UwsRequest) => void,
): void {
  switch (method) {
    case 'GET':
      app.get(pattern, serve).head(pattern, serve);
      return;
    case 'POST':
      app.post(pattern, serve);
      return;
    case 'PUT':
      app.put(pattern, serve);
      return;
    case 'PATCH':
      app.patch(pattern, serve);
      return;
    case 'DELETE':
      app.del(pattern, serve);
      return;
    case 'OPTIONS':
      app.options(pattern, serve);
      return;
    default:
      method satisfies never;
  }
}

function serving(route: CompiledRoute, server: ServerState): (res: UwsResponse, req: UwsRequest) => void {
  return (res, req) => new Exchange(res, route, server).begin(req);
}

/** A route that answers from the head alone. */
function refusing(name: string, admit: CompiledRoute['admit']): CompiledRoute {
  return { name, params: [], headers: [], admit, handle: () => pathUnknown() };
}

function refusingMethod(methods: readonly Method[]): CompiledRoute['admit'] {
  const all = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return ({ method }) => methodNotAllowed(method, all);
}

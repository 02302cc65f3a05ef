import assert from 'node:assert/strict';
import { test } from 'node:test';
import Schema from 'typebox/schema';
import { callbackRoute } from '../../api/callbacks.ts';
import { operatorRoutes } from '../../api/routes.ts';
import { slackInteractionRoute } from '../../api/slack-interactions.ts';
import { newReceipt } from '../../ingress/receipt.ts';
import type { Route } from '../../ingress/route.ts';
import { ingressRoutes } from '../../ingress/routes.ts';
import {
  byPerson,
  deadInput,
  delivery,
  escalated,
  escalationClock,
  fingerprintOf,
  flushed,
  heldFlush,
  joined,
  opened,
  repeated,
  replayedInput,
  silenceEnded,
  silenceSet,
  T0,
} from '../archive/journal-of.ts';
import { aUser, turns } from '../support/people.ts';
import { type Answer, ServedApi } from './served-api.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}

async function document(api: ServedApi): Promise<Document> {
  const { status, body } = await api.get('/openapi.json');
  assert.equal(status, 200);
  return body;
}

const methodsOf = ({ method }: Route) => (typeof method === 'string' ? [method] : method);
const named = (path: string) => path.replace(/:(\w+)/g, '{$1}');

test('[BR-INT-006] openapi.json names exactly the routes that are served, ingress included', async () => {
  const api = await new ServedApi().start([]);
  const unused = {} as never;
  const routes = [
    ...operatorRoutes(api.ports, '0.1.0'),
    slackInteractionRoute(unused),
    callbackRoute(unused),
    ...ingressRoutes(unused, unused),
  ];
  const served = routes.flatMap((route) => methodsOf(route).map((method) => `${method} ${named(route.path)}`));
  const { paths } = await document(api);
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(described.sort(), served.sort());
});

test('openapi.json is OpenAPI 3.1: every reference resolves, every id is unique, every path parameter is declared', async () => {
  const { openapi, paths, components } = await document(await new ServedApi().start([]));
  assert.match(openapi, /^3\.1\.\d+$/);
  const references = [...JSON.stringify({ paths, components }).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  assert.ok(references.length > 10);
  for (const [, name] of references) assert.ok(name !== undefined && name in components.schemas, name);
  const all = Object.entries(paths).flatMap(([path, operations]) =>
    Object.values(operations).map((one) => ({ path, ...one })),
  );
  assert.equal(new Set(all.map(({ operationId }) => operationId)).size, all.length);
  for (const { path, parameters = [], responses } of all) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    assert.deepEqual(
      parameters.filter((one) => one.in === 'path').map(({ name }) => name),
      inPath,
      path,
    );
    assert.ok('200' in responses || '202' in responses);
  }
});

/** The schema as it stands in the document, with the components that it refers to. */
function check({ components }: Document, operation: Operation, { status, type, body }: Answer): void {
  const declared = operation.responses[status]?.content?.[type ?? '']?.schema;
  assert.ok(declared, `${operation.operationId}: ${status} ${type} is not declared`);
  const [ok, errors] = Schema.Errors({ ...closed(declared), components: closed(components) } as never, body);
  assert.ok(ok, `${operation.operationId}: ${JSON.stringify(errors)} in ${JSON.stringify(body)}`);
}

/** With no property allowed that the document does not name, so that a forgotten one is seen. */
function closed<Value>(schema: Value): Value {
  if (Array.isArray(schema)) return schema.map(closed) as Value;
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return ('properties' in schema ? { ...inner, additionalProperties: false } : inner) as Value;
}

test('[BR-INT-006] real answers are what openapi.json says, down to every property', async () => {
  const receipt = newReceipt(T0, 1, () => 7);
  const api = await new ServedApi().start(
    [
      opened(1, receipt),
      { ...opened(2, 'r2'), flapping: { since: T0, heldUntil: null, openings: 4 } } as ReturnType<typeof opened>,
      joined(1),
      joined(2),
      repeated(1, 'r3', 2),
      byPerson('alert.acknowledged', 1),
    ],
    [
      flushed('g0', T0 + 5, { told: 'n1', firing: [1, 2] }),
      delivery('queued', 'n1', [1, 2]),
      delivery('retry', 'n1', []),
    ],
    [escalationClock(T0 + 6, 'runs', 'escalation.begun'), escalated(T0 + 7, [1, 2])],
    [silenceSet('s1'), silenceSet('s2'), silenceEnded('s2', T0), heldFlush(T0 + 9, [1])],
    [delivery('dead', 'n2', [1]), deadInput(8, 'r8'), deadInput(9, 'r9'), replayedInput(9)],
  );
  api.schedules = [{ tenant: 'acme', schedule: turns('primary', 86_400_000, ['ada', null]) }];
  api.users = [aUser('ada')];
  api.hearer = () => ({ grant: { environments: null }, speakers: [] });
  const spec = await document(api);
  const overrides = '/v1/schedules/{tenant}/{name}/overrides';
  const span = { start: new Date(T0).toISOString(), end: new Date(T0 + 1000).toISOString() };
  for (const body of [{ user: 'user/ada', ...span }, {}])
    check(spec, spec.paths[overrides]!.post!, await api.post('/v1/schedules/acme/primary/overrides', body));
  const wish = { tenant: 'acme', subscriber: 'user/ada', environments: ['staging'], groupWait: '0s' };
  for (const body of [wish, {}])
    check(spec, spec.paths['/v1/subscriptions']!.post!, await api.post('/v1/subscriptions', body));
  const paths = {
    '/v1/schedules': ['/v1/schedules', '/v1/schedules?tenant=acme', '/v1/schedules?at=soon'],
    '/v1/schedules/{tenant}/{name}': ['/v1/schedules/acme/primary?days=3', '/v1/schedules/acme/secondary'],
    [overrides]: ['/v1/schedules/acme/primary/overrides', '/v1/schedules/acme/other/overrides'],
    '/v1/subscriptions': ['/v1/subscriptions', '/v1/subscriptions?limit=x'],
    '/v1/receipts/{id}': [`/v1/receipts/${receipt}`, '/v1/receipts/nonsense'],
    '/v1/alerts': ['/v1/alerts', '/v1/alerts?limit=1', '/v1/alerts?limit=x'],
    '/v1/alerts/{tenant}/{fingerprint}': [`/v1/alerts/acme/${fingerprintOf(1)}`, '/v1/alerts/acme/0'],
    '/v1/groups': ['/v1/groups'],
    '/v1/silences': ['/v1/silences', '/v1/silences?state=active&tenant=acme', '/v1/silences?state=x'],
    '/v1/silences/{id}': ['/v1/silences/s1', '/v1/silences/s2', '/v1/silences/nothing'],
    '/v1/deliveries': ['/v1/deliveries'],
    '/v1/namespaces': ['/v1/namespaces', '/v1/namespaces?state=active&q=shop', '/v1/namespaces?state=x'],
    '/v1/namespaces/{tenant}/{namespace}': ['/v1/namespaces/acme/shop-prod', '/v1/namespaces/acme/nowhere'],
    '/v1/dead-letters': ['/v1/dead-letters'],
    '/v1/dead-letters/{id}': ['/v1/dead-letters/letter-9', '/v1/dead-letters/dead-n2'],
    '/v1/rules': ['/v1/rules', '/v1/rules?tenant=acme'],
    '/v1/policies': ['/v1/policies', '/v1/policies?limit=1', '/v1/policies?limit=x'],
    '/v1/status': ['/v1/status'],
  };
  for (const [path, examples] of Object.entries(paths)) {
    for (const example of examples) check(spec, spec.paths[path]!.get!, await api.get(example));
  }
  const posts = {
    '/v1/alerts/{tenant}/{fingerprint}/close': `/v1/alerts/acme/${fingerprintOf(1)}/close`,
    '/v1/dead-letters/{id}/replay': '/v1/dead-letters/letter-8/replay',
  };
  for (const [path, example] of Object.entries(posts))
    check(spec, spec.paths[path]!.post!, await api.post(example, { by: 'ada' }));
  const snooze = await api.post(`/v1/alerts/acme/${fingerprintOf(1)}/snooze`, {
    until: new Date(T0 + 1).toISOString(),
  });
  check(spec, spec.paths['/v1/alerts/{tenant}/{fingerprint}/snooze']!.post!, snooze);
  const silence = { tenant: 'acme', matchers: ['severity="critical"'], endsAt: new Date(T0 + 1000).toISOString() };
  for (const path of ['/v1/silences', '/v1/silences?preview=true']) {
    check(spec, spec.paths['/v1/silences']!.post!, await api.post(path, silence));
  }
  check(spec, spec.paths['/v1/silences']!.post!, await api.post('/v1/silences', {}));
  check(spec, spec.paths['/v1/silences/{id}']!.delete!, await api.delete('/v1/silences/s1'));
  check(spec, spec.paths['/v1/dead-letters/{id}/replay']!.post!, await api.post('/v1/dead-letters/letter-9/replay'));
  const replayAll = spec.paths['/v1/dead-letters/replay']!.post!;
  for (const body of [{ all: true }, {}]) check(spec, replayAll, await api.post('/v1/dead-letters/replay', body));
  const preview = spec.paths['/v1/preview']!.post!;
  for (const body of [{ tenant: 'acme', channel: 'ops' }, { channel: 'nobody' }, {}])
    check(spec, preview, await api.post('/v1/preview', body));
  api.reply = async () => ({ ok: false, status: 409, reasons: [] });
  const close = spec.paths['/v1/alerts/{tenant}/{fingerprint}/close']!.post!;
  check(spec, close, await api.post(posts['/v1/alerts/{tenant}/{fingerprint}/close']));
});

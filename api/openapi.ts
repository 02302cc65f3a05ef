/** openapi.json, OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), made of the operations that answer. */

import { ALERTMANAGER_PATHS } from './alertmanager/paths.ts';
import { INGRESS_PATHS } from './ingress-paths.ts';
import type { Operation } from './operation.ts';
import type { Parameter } from './parameters.ts';
import { ref, SCHEMAS } from './schemas.ts';

export function openapiOf(operations: readonly Operation[], version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = { ...INGRESS_PATHS, '/openapi.json': SELF };
  for (const [path, described] of Object.entries(ALERTMANAGER_PATHS)) paths[path] = { ...paths[path], ...described };
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    paths[operation.path] = { ...path, [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Herald', version, summary: 'Alerts in, the right people notified.', license: LICENSE },
    paths,
    // Where nothing is configured and only this machine reaches it, neither is needed.
    security: [{}, { bearer: [] }, { basic: [] }],
    components: { schemas: SCHEMAS, securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a JSON Web Token of a declared issuer.' },
  basic: { type: 'http', scheme: 'basic', description: 'An API key as password; the user name is not looked at.' },
};
const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' };
const SELF = {
  get: {
    operationId: 'getOpenapi',
    summary: 'This document.',
    responses: {
      200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
    },
  },
};

function describe({ id, summary, access, path, parameters, body, idempotent, answer, problems }: Operation): object {
  const declared = [...pathParameters(path), ...parameters.map(queryParameter)];
  if (idempotent === true) declared.push(IDEMPOTENCY_KEY);
  return {
    operationId: id,
    summary,
    'x-permission': access,
    ...(declared.length === 0 ? {} : { parameters: declared }),
    ...(body === null ? {} : { requestBody: { required: false, content: content('application/json', body) } }),
    responses: {
      200: { description: 'As asked.', content: content('application/json', answer) },
      400: refusal('A parameter or the body cannot be read.'),
      401: refusal('Who asks is not known, and this Herald wants to know.'),
      403: refusal('Who asks may not do this, or not in this tenant.'),
      503: refusal('Not available now; Retry-After says when to come again.'),
      ...Object.fromEntries(Object.entries(problems).map(([status, why]) => [status, refusal(why)])),
    },
  };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 200 },
};

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameter({ name, description, schema, capped = false }: Parameter): object {
  // What counts as the maximum is not refused, so the schema must not forbid it.
  const allowed = capped && 'maximum' in schema ? { ...schema, maximum: undefined } : schema;
  return { name, in: 'query', required: false, description, schema: allowed };
}

function content(type: string, schema: string): object {
  return { [type]: { schema: ref(schema) } };
}

function refusal(description: string): object {
  return { description, content: content('application/problem+json', 'Problem') };
}

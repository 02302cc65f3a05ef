import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLogged } from '../../ingress/access-log.ts';
import { healthRoutes } from '../../ingress/health.ts';
import type { HttpRequest, Reply } from '../../ingress/route.ts';

const ROUTES = healthRoutes({
  ready: () => ({ ok: false, reasons: ['NATS has not been reached yet'] }),
  metrics: async () => '',
});

async function probed(path: string): Promise<Reply> {
  return ROUTES.find((route) => route.path === path)!.handle({} as HttpRequest);
}

for (const path of ['/readyz', '/-/ready'])
  test(`a probe of ${path} during an outage is no line of the log, unless all requests are`, async () => {
    const reply = await probed(path);
    assert.equal(reply.status, 503);
    assert.deepEqual(
      [isLogged('refused', reply), isLogged('all', reply), isLogged('off', reply)],
      [false, true, false],
    );
  });

test('another 503 is one', () => {
  assert.equal(isLogged('refused', { status: 503, code: 'ingest.not-admitting' }), true);
});

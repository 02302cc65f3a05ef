/** What is no command and stands in the audit chain of a running Herald: refusals, changes taken up or not, starts and stops. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ROLES } from '../../access/role.ts';
import { startHerald } from '../support/herald.ts';
import { until } from '../support/until.ts';
import { alertsOf } from './alerts.ts';
import { type AuditedHerald, auditedHerald, everyRoute, namesOf, useCertificate } from './audited-herald.ts';
import { source } from './resources.ts';

let herald: AuditedHerald;

before(async () => {
  herald = await auditedHerald();
});

test('[BR-SEC-015, BR-SEC-008] who asks without a key, and who may not what the key may not, stands in it for every guarded path', async () => {
  const from = await herald.newest();
  const key = (await herald.cli(['api-key', 'create', 'looker', '--role', 'viewer'])).out.trim();
  const missing = new Set<string>();
  const denied = new Set<string>();
  for (const one of everyRoute()) {
    if (typeof one.access === 'string') continue;
    const [{ method, pattern } = assert.fail()] = namesOf(one);
    const path = pattern.replace(/\{tenant\}/g, 'default').replace(/\{\w+\}/g, 'x');
    assert.equal((await herald.ask(method, path, undefined, '')).status, 401, pattern);
    missing.add(`${method} ${pattern}`);
    if ((ROLES.viewer as readonly string[]).includes(one.access.permission)) continue;
    assert.equal((await herald.ask(method, path, undefined, key)).status, 403, pattern);
    denied.add(`${method} ${pattern}`);
  }
  const shown = async () => {
    const records = (await herald.denials(from)).map(
      ({ what, subject, by }) => `${what} ${by} ${subject.replace(/:(\w+)/g, '{$1}')}`,
    );
    const of = (prefix: string) =>
      records.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
    return [of('access.missing 127.0.0.1 ').sort(), of('access.denied looker ').sort()];
  };
  const all = [[...missing].sort(), [...denied].sort()];
  await until('all of it', async () => (await shown()).flat().length >= missing.size + denied.size);
  assert.deepEqual(await shown(), all);
});

test('[BR-SEC-015] a key that is used after it was revoked, by who asks or who sends, is told by its name', async () => {
  const from = await herald.newest();
  const [asking, sending] = await Promise.all(
    [['gone', 'viewer'] as const, ['gone-sender', 'sender'] as const].map(async ([name, role]) => {
      const made = (await herald.cli(['api-key', 'create', name, '--role', role])).out.trim();
      assert.equal((await herald.cli(['api-key', 'revoke', name])).code, 0);
      return made;
    }),
  );
  assert.equal((await herald.ask('GET', '/v1/alerts', undefined, asking)).status, 401);
  assert.equal((await herald.ask('POST', '/v1/webhooks/keyed', alertsOf({ alertname: 'X' }), sending)).status, 403);
  const shown = async () => (await herald.denials(from)).map(({ what, subject, by }) => `${what} ${subject} ${by}`);
  await until('both', async () => (await shown()).length === 2, { seen: shown });
  assert.deepEqual((await shown()).sort(), ['access.revoked GET /v1/alerts gone', 'auth.revoked keyed gone-sender']);
});

test('[BR-SEC-015, BR-INT-008] what no provider signed stands in it', async () => {
  const from = await herald.newest();
  const paths = ['/v1/callbacks/default/duty', '/v1/interactions/slack/default/slack'];
  for (const path of paths) assert.equal((await herald.ask('POST', path, {}, '')).status, 401, path);
  const shown = async () => (await herald.denials(from)).map(({ what, by, detail }) => `${what} ${by} ${detail}`);
  const expected = paths.map((path) => `provider.unproven 127.0.0.1 ${path}`);
  await until('both', async () => (await shown()).length === 2, { seen: shown });
  assert.deepEqual((await shown()).sort(), expected);
});

test('[BR-SEC-015] refused changes of the configuration and of the certificate stand in it, and accepted ones', async () => {
  const from = await herald.newest();
  await herald.running.declare(
    'more.yaml',
    'apiVersion: herald/v1\nkind: Channel\nmetadata: { name: x }\nspec: { type: fax }\n',
  );
  await writeFile(join(herald.tls, 'tls.key'), 'no key');
  const shown = async () =>
    (await herald.after(from)).map(({ event, what, by, detail }) => [event, what, by, detail].join(' '));
  const said = (pattern: RegExp) =>
    until(String(pattern), async () => (await shown()).some((one) => pattern.test(one)));
  await said(/^resources\.refused resources\.mistakes \S+:\d+ .*more\.yaml/);
  await said(/^tls\.refused \/\S+\/tls\.crt \S+:\d+ .*cannot be used for TLS/);
  await herald.running.declare('more.yaml', source('more', 'herald'));
  useCertificate(herald.tls, 'client');
  await said(/^resources\.applied [0-9a-f]+ \S+:\d+ \d+ resources$/);
  await said(/^tls\.reloaded \/\S+\/tls\.crt \S+:\d+ digest/);
});

test('[BR-SEC-015] starts and stops of a process stand in it, with how far the API is open and which secret keys it has', async () => {
  await herald.running.stop();
  const again = await startHerald({ env: { ...herald.running.env, HERALD_LISTEN: new URL(herald.running.url).host } });
  await again.ready();
  const shown = async () =>
    (await herald.after(0))
      .filter(({ event }) => event.startsWith('process.'))
      .map(({ event, subject, detail }) => [event, subject, detail]);
  await until('the second start', async () => (await shown()).length === 3, { seen: shown });
  const [first, stopped, second] = await shown();
  const subject = 'ingress+actors+archive';
  assert.deepEqual(first?.slice(0, 2), ['process.started', subject]);
  assert.match(String(first?.[2]), /^the API is open.*; secret keys [0-9a-f]{8}; its own nats-server$/);
  assert.deepEqual(stopped, ['process.stopped', subject, '']);
  assert.match(String(second?.[2]), /^the API is closed/);
  const verdict = await herald.cli(['audit', 'verify']);
  assert.match(verdict.out, /^whole: /);
});

/** Host names of the sources in force, through a reload, by a real name server. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followSourceHosts } from '../../gateway/source-hosts.ts';
import type { ResourceSet } from '../../resources/compile.ts';
import { silentLog } from '../../telemetry/log.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { resource, setOf } from '../resources/temp-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { startNameServer } from '../support/providers/dns.ts';
import { until } from '../support/until.ts';

const sources = (...allowFrom: string[]) =>
  setOf({
    'a.yaml': allowFrom.map((one, i) => resource('Source', `s${i}`, `format: herald\nallowFrom: ['${one}']`)).join(''),
  });

test('[BR-WH-022] the names of the sources in force are known, those of a reload, too; how they stand is counted', async () => {
  const server = await startNameServer();
  server.zones.set('batch.example', { a: ['192.0.2.7'] });
  server.zones.set('other.example', { a: ['192.0.2.8'] });
  let set = await sources('batch.example', 'Batch.Example.', '10.0.0.0/8', 'missing.example');
  const listeners: ((set: ResourceSet) => void)[] = [];
  const resources = {
    resources: () => set,
    onResources: (listener: (set: ResourceSet) => void) => void listeners.push(listener),
  };
  const metrics = createMetrics();
  const hosts = followSourceHosts([server.address], resources, metrics, new FakeClock(), silentLog);
  atEnd(() => hosts.close());
  const counted = async (pattern: RegExp) => pattern.test(await metrics.text());
  await until('the first name to be known', () => counted(/^herald_source_hosts\{state="known"\} 1$/m));
  await until('the other one to fail', () => counted(/^herald_source_host_lookups_total\{outcome="failed"\} 1$/m));
  assert.ok(await counted(/^herald_source_hosts\{state="unknown"\} 1$/m));
  assert.equal(hosts.find(['batch.example'], '192.0.2.7'), 'hosts.one-of-them');
  assert.equal(
    server.questions.filter((question) => question === 'A batch.example').length,
    1,
    'one name, one question',
  );

  set = await sources('other.example');
  for (const listener of listeners) listener(set);
  await until('the new name to be known', () => hosts.find(['other.example'], '192.0.2.8') === 'hosts.one-of-them');
  assert.equal(hosts.find(['batch.example'], '192.0.2.7'), 'hosts.unknown');
  assert.ok(await counted(/^herald_source_hosts\{state="unknown"\} 0$/m));
});

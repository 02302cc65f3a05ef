/** Every example in docs/sources.md loads as it stands there. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelSchemas } from '../../channels/registry.ts';
import { loadResources } from '../../resources/load.ts';
import { readSections } from '../end-to-end/senders-page.ts';
import { read } from '../support/source-tree.ts';
import { tempConfig } from './temp-config.ts';

/** Any name of a secret has a value. */
const env = new Proxy<Record<string, string>>({}, { get: (_, name) => `value of ${String(name)}` });

test('[BR-WH-004] the examples of docs/sources.md are right: each loads, and means what it says', async () => {
  const examples = readSections().flatMap(({ sources }) => [...sources.values()]);
  const secrets = { 'secrets/prometheus': 'pw', 'secrets/issuer-ca.pem': read('test/fixtures/tls/ca.pem') };
  const dir = tempConfig({ 'sources.yaml': examples.join('---\n'), ...secrets });
  const loaded = await loadResources(dir, { channelTypes: channelSchemas, env });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { sources } = loaded.set;
  assert.deepEqual(
    [...sources.values()].map(({ name, format, auth }) => `${name} ${format} ${auth.type}`),
    [
      'alertmanager alertmanager bearer',
      'prometheus prometheus basic',
      'grafana grafana hmac',
      'github mapped hmac',
      'slack-command mapped hmac',
      'deployments mapped hmac',
      'events cloudevents jwt',
      'pagerduty pagerduty routing-key',
      'datadog mapped bearer',
      'zabbix mapped bearer',
      'librenms mapped bearer',
      'mainframe mapped basic',
      'scripts herald api-key',
      'batch herald mtls',
      'partner herald bearer',
      'jobs herald none',
    ],
  );
  assert.deepEqual(sources.get('alertmanager')?.auth, {
    type: 'bearer',
    tokens: ['value of AM_TOKEN', 'value of AM_TOKEN_BEFORE'],
  });
  const grafana = sources.get('grafana')?.auth;
  assert.ok(grafana?.type === 'hmac');
  assert.deepEqual([grafana.timestampHeader, grafana.tolerance], ['x-grafana-alerting-timestamp', 300]);
  const { access, bulk } = sources.get('batch')!;
  assert.deepEqual(
    [access?.source, access?.address, access?.concurrency, bulk],
    [{ perSecond: 200, burst: 1000 }, { perSecond: 20, burst: 20 }, 50, true],
  );
  assert.deepEqual(
    [
      access?.allowFrom?.networks.has('10.9.9.9'),
      access?.allowFrom?.networks.has('11.0.0.1'),
      access?.allowFrom?.networks.has('fd00::1'),
    ],
    [true, false, true],
  );
});

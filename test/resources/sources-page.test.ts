/** Every example in docs/sources.md loads as it stands there. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelSchemas } from '../../channels/registry.ts';
import { loadResources } from '../../resources/load.ts';
import { read } from '../support/source-tree.ts';
import { tempConfig } from './temp-config.ts';

const env = { AM_TOKEN: 'a', AM_TOKEN_BEFORE: 'b', GRAFANA_SECRET: 'g', GITHUB_SECRET: 'h', PD_ROUTING_KEY: 'p' };

test('[BR-WH-004] the examples of docs/sources.md are right: each loads, and means what it says', async () => {
  const examples = [...read('docs/sources.md').matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => yaml!);
  assert.equal(examples.length, 7);
  const dir = tempConfig({ 'sources.yaml': examples.join('---\n'), 'secrets/prometheus': 'pw' });
  const loaded = await loadResources(dir, { channelTypes: channelSchemas, env });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { sources } = loaded.set;
  assert.deepEqual(
    [...sources.values()].map(({ name, format, auth }) => [name, format, auth.type]),
    [
      ['alertmanager', 'alertmanager', 'bearer'],
      ['prometheus', 'prometheus', 'basic'],
      ['grafana', 'grafana', 'hmac'],
      ['github', 'mapped', 'hmac'],
      ['events', 'cloudevents', 'jwt'],
      ['pagerduty', 'pagerduty', 'routing-key'],
      ['scripts', 'herald', 'mtls'],
    ],
  );
  assert.deepEqual(sources.get('alertmanager')?.auth, { type: 'bearer', tokens: ['a', 'b'] });
  const grafana = sources.get('grafana')?.auth;
  assert.ok(grafana?.type === 'hmac');
  assert.deepEqual([grafana.timestampHeader, grafana.tolerance], ['x-grafana-alerting-timestamp', 300]);
  const { access, bulk } = sources.get('scripts')!;
  assert.deepEqual(
    [access?.source, access?.address, access?.concurrency, bulk],
    [{ perSecond: 200, burst: 1000 }, { perSecond: 20, burst: 20 }, 50, true],
  );
  assert.deepEqual(
    [access?.allowFrom?.has('10.9.9.9'), access?.allowFrom?.has('11.0.0.1'), access?.allowFrom?.has('fd00::1')],
    [true, false, true],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelSchemas, channelTexts } from '../../../channels/registry.ts';
import { loadResources } from '../../../resources/load.ts';
import { resource, tempConfig } from '../../resources/temp-config.ts';
import '../../support/leaks.ts';

async function problemsWith(mayAct: string): Promise<string[]> {
  const slack = `type: slack\nwebhookUrl: { env: HOOK }\nmayAct: ${mayAct}`;
  const ada = 'contacts: [{ channel: channel/slack, address: U0ADA00 }]';
  const dir = tempConfig({ 'a.yaml': resource('Channel', 'slack', slack) + resource('User', 'ada', ada) });
  const loaded = await loadResources(dir, {
    channelTypes: channelSchemas,
    texts: channelTexts,
    env: { HOOK: 'https://hooks.example/x' },
  });
  return loaded.ok ? [] : loaded.problems.map(({ path, message }) => `${path} ${message}`);
}

test('[BR-NOT-002] [BR-SEC-008] who may click is named as receivers are, and who is not declared is a mistake', async () => {
  assert.deepEqual(await problemsWith('[user/ada, U024BE7LH]'), []);
  const [unknown = '', ...others] = await problemsWith('[user/adda, team/shop]');
  assert.match(unknown, /^spec\.mayAct\[0\] is "user\/adda".*did you mean ada/);
  assert.match(others.join('\n'), /^spec\.mayAct\[1\] is "team\/shop"/);
  assert.match((await problemsWith('[alice]')).join('\n'), /^spec\.mayAct\[0\] /);
  assert.match((await problemsWith('[]')).join('\n'), /^spec\.mayAct /);
});

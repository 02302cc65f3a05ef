import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeChannel } from '../../channels/judge.ts';
import { channelSchemas } from '../../channels/registry.ts';
import { loadResources } from '../../resources/load.ts';
import { aContext } from '../support/sender-context.ts';

/** Every variable that an example may name; by its name one can tell what it should hold. */
const env = new Proxy<Record<string, string>>({}, { get: (_, name) => secretNamed(String(name)) });

function secretNamed(name: string): string {
  if (name.endsWith('URL')) return 'https://hooks.example/x';
  return name.endsWith('LOGIN') ? 'user:password' : '0123456789abcdef0123456789abcdef';
}

test('the examples of channels load without a problem, and each makes a sender', async () => {
  const checkChannel = judgeChannel(aContext());
  const loaded = await loadResources('examples/channels', { channelTypes: channelSchemas, env, checkChannel });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.ok(loaded.set.count >= 3);
});

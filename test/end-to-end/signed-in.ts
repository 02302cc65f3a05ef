/** The command, given by people with API keys of their own to a Herald that runs. */

import assert from 'node:assert/strict';
import { runCommand } from './running-herald.ts';

/** `herald`: where it runs now, and with which variables. The first key is had without one. */
export function signedIn(herald: () => { readonly env: Readonly<Record<string, string>>; readonly url: string }) {
  const keys: Record<string, string> = {};

  /** `herald WORDS` with the key of that name, once there is one. */
  function as(name: string, ...words: string[]) {
    const { env, url } = herald();
    const key = keys[name] === undefined ? {} : { HERALD_API_KEY: keys[name] };
    return runCommand(words, { ...env, HERALD_LISTEN: new URL(url).host, ...key });
  }

  async function giveKey(name: string, role: string, ...more: string[]): Promise<void> {
    const { code, out, err } = await as('root', 'api-key', 'create', name, '--role', role, ...more);
    assert.equal(code, 0, err);
    keys[name] = out.trim();
  }

  return { keys, as, giveKey };
}

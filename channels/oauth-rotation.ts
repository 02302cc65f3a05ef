/** The refresh token that replaced the declared one, sealed in the memory of its channel. */

import { createHash } from 'node:crypto';
import type { OAuthOptions, OAuthPorts } from './oauth.ts';
import { seal, unseal } from './sealed.ts';

type Newer = { readonly ok: true; readonly token: string | null } | { readonly ok: false; readonly message: string };

export const NOTHING_NEWER: Newer = { ok: true, token: null };

/** Neither of the two rejects. null: none is declared, or nothing is kept. */
export function rotatedToken(
  { refreshToken, tokenUrl, clientId, clientSecret }: OAuthOptions,
  { memory, log }: Pick<OAuthPorts, 'memory' | 'log'>,
) {
  if (refreshToken === undefined || memory === undefined) return null;
  const about = { host: new URL(tokenUrl).host };
  const name = `oauth.${createHash('sha256').update([tokenUrl, clientId, refreshToken].join('\n')).digest('hex')}`;
  const secret = `${clientSecret}\n${refreshToken}`;
  /** What could not be written is still the one that the provider takes. */
  let unwritten: string | null = null;
  return {
    async read(): Promise<Newer> {
      if (unwritten !== null) return { ok: true, token: unwritten };
      try {
        const sealed = await memory.read(name);
        return { ok: true, token: sealed === null ? null : unseal(sealed, secret) };
      } catch (error) {
        // Not the older one instead: who shows a refresh token that was replaced may lose them all (RFC 9700, section 4.14.2).
        log?.warn(
          { event: 'oauth.refresh-token-not-read', ...about, error },
          'the kept refresh token cannot be read now',
        );
        return { ok: false, message: 'the kept refresh token cannot be read now' };
      }
    },
    async write(token: string): Promise<void> {
      unwritten = token;
      try {
        await memory.write(name, seal(token, secret));
        unwritten = null;
      } catch (error) {
        const message = 'the new refresh token could not be kept: a restart would begin with the one before it';
        log?.error({ event: 'oauth.refresh-token-not-kept', ...about, error }, message);
      }
    },
  };
}

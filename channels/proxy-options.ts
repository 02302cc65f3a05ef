/** What an operator may declare of the proxy that a channel goes out by. */

import Type from 'typebox';
import { secretReference } from '../resources/secret.ts';
import type { ProxyOptions } from './proxy-tunnel.ts';
import { InvalidChannelOptions } from './sender.ts';

export const proxyOptions = Type.Object(
  {
    url: Type.String({ pattern: '^http://[^\\s/?#@]+/?$', description: 'http://host:port' }),
    credentials: Type.Optional(secretReference),
    allowPrivateAddress: Type.Optional(Type.Boolean({ default: false })),
    resolvesNames: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: false, description: 'connections go through it by CONNECT; credentials: user:password' },
);

/** As declared, with the reference to the secret resolved. */
export interface DeclaredProxy {
  readonly url: string;
  readonly credentials?: string;
  readonly allowPrivateAddress?: boolean;
  readonly resolvesNames?: boolean;
}

export function proxyOf({ url, credentials, allowPrivateAddress, resolvesNames }: DeclaredProxy): ProxyOptions {
  if (!URL.canParse(url)) {
    throw new InvalidChannelOptions('proxy.url', `"${url}" is no address such as http://proxy:3128`);
  }
  const said = credentials?.trim() ?? null;
  if (said !== null && !/^[^:\p{Cc}]+:[^\p{Cc}]+$/u.test(said)) {
    throw new InvalidChannelOptions('proxy.credentials', 'the secret is not of the form user:password');
  }
  return {
    url: new URL(url),
    credentials: said,
    allowPrivateAddress: allowPrivateAddress ?? false,
    resolvesNames: resolvesNames ?? false,
  };
}

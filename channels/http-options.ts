/** What operators may declare of every channel that speaks HTTP, and the connection that follows from it. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Type from 'typebox';
import { parseDuration } from '../resources/duration.ts';
import { type ClientIdentity, createOutbound, type Outbound } from './outbound.ts';
import { InvalidChannelOptions } from './sender.ts';

/** No credentials in the address: secrets never stand in resources. */
const URL_PATTERN = '^https?://[^\\s/?#@]+([/?#]\\S*)?$';

export const httpUrl = Type.Refine(
  Type.String({ pattern: URL_PATTERN, description: 'http or https; credentials belong into headers' }),
  (url) => URL.canParse(url),
  () => 'must be an http or https URL without credentials',
);

const path = Type.String({ minLength: 1 });

/** To be spread into the options of a type. */
export const httpOptions = {
  timeout: Type.Optional(
    Type.String({ default: '15s', description: 'for the whole exchange: connection, headers and body' }),
  ),
  allowPrivateAddresses: Type.Optional(Type.Boolean({ default: false })),
  tls: Type.Optional(
    Type.Object(
      {
        caFile: Type.Optional(path),
        certFile: Type.Optional(path),
        keyFile: Type.Optional(path),
      },
      {
        additionalProperties: false,
        description:
          'PEM files: whom to trust instead of the public authorities; what to show where the other side asks',
      },
    ),
  ),
};

export interface HttpOptions {
  readonly timeout?: string;
  readonly allowPrivateAddresses?: boolean;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

export interface HttpSettings {
  /** Milliseconds. */
  readonly timeout: number;
  readonly allowPrivateAddresses: boolean;
  /** PEM, or null for the public authorities. */
  readonly ca: string | null;
  readonly identity: ClientIdentity | null;
}

const DEFAULT_TIMEOUT = 15_000;
const LONGEST_TIMEOUT = 5 * 60_000;

export function httpSettings(options: HttpOptions): HttpSettings {
  return {
    timeout: options.timeout === undefined ? DEFAULT_TIMEOUT : timeoutOf(options.timeout),
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    ca: options.tls?.caFile === undefined ? null : readCertificate(options.tls.caFile, 'tls.caFile'),
    identity: identityOf(options.tls ?? {}),
  };
}

export function outboundFor(settings: HttpSettings): Outbound {
  const { allowPrivateAddresses, ca, identity, timeout } = settings;
  return createOutbound({ allowPrivateAddresses, ca, identity, connectTimeout: timeout });
}

/** An empty secret would be no secret; one with a line break would be two. `at`: its place in the spec. */
export function tokenOf(secret: string, at: string): string {
  const token = secret.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new InvalidChannelOptions(at, 'the secret is empty or holds characters that no token has');
}

/** The address stands in a secret where knowing it is enough to post there. */
export function secretUrlOf(secret: string, at: string): URL {
  const text = secret.trim();
  if (new RegExp(URL_PATTERN).test(text) && URL.canParse(text)) return new URL(text);
  throw new InvalidChannelOptions(at, 'the secret is no http or https URL');
}

function timeoutOf(text: string): number {
  const timeout = parseDuration(text);
  if (timeout !== null && timeout > 0 && timeout <= LONGEST_TIMEOUT) return timeout;
  throw new InvalidChannelOptions('timeout', `"${text}" is no duration between 1ms and 5m, such as 15s`);
}

function identityOf({ certFile, keyFile }: NonNullable<HttpOptions['tls']>): ClientIdentity | null {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile === undefined) throw new InvalidChannelOptions('tls.certFile', 'is missing beside keyFile');
  if (keyFile === undefined) throw new InvalidChannelOptions('tls.keyFile', 'is missing beside certFile');
  const cert = readCertificate(certFile, 'tls.certFile');
  const key = readKey(keyFile);
  if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return { cert, key };
  throw new InvalidChannelOptions('tls.keyFile', `${keyFile} is not the key of the certificate in ${certFile}`);
}

function readCertificate(file: string, at: string): string {
  try {
    const pem = readFileSync(file, 'utf8');
    // Node passes over what is no certificate, and would then trust nobody without saying why.
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new InvalidChannelOptions(at, `${file} cannot be read as a PEM certificate`, cause);
  }
}

function readKey(file: string): string {
  try {
    const pem = readFileSync(file, 'utf8');
    createPrivateKey(pem);
    return pem;
  } catch (cause) {
    throw new InvalidChannelOptions(
      'tls.keyFile',
      `${file} cannot be read as a PEM private key without a passphrase`,
      cause,
    );
  }
}

/** PEM files of a channel: whom it trusts instead of the public authorities, and what it shows of itself. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Type from 'typebox';
import type { ClientIdentity } from './outbound.ts';
import { InvalidChannelOptions } from './sender.ts';

const path = Type.String({ minLength: 1 });

export const tlsFiles = Type.Object(
  {
    caFile: Type.Optional(path),
    certFile: Type.Optional(path),
    keyFile: Type.Optional(path),
  },
  {
    additionalProperties: false,
    description: 'PEM files: whom to trust instead of the public authorities; what to show where the other side asks',
  },
);

export type TlsFiles = Type.Static<typeof tlsFiles>;

export function identityOf({ certFile, keyFile }: Omit<TlsFiles, 'caFile'>): ClientIdentity | null {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile === undefined) throw new InvalidChannelOptions('tls.certFile', 'is missing beside keyFile');
  if (keyFile === undefined) throw new InvalidChannelOptions('tls.keyFile', 'is missing beside certFile');
  const cert = readCertificate(certFile, 'tls.certFile');
  const key = readKey(keyFile);
  if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return { cert, key };
  throw new InvalidChannelOptions('tls.keyFile', `${keyFile} is not the key of the certificate in ${certFile}`);
}

export function readCertificate(file: string, at: string): string {
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

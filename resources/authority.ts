/** Authorities that a server is trusted by, in PEM: one certificate, or several. */

import { X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Node passes over what is no certificate, and would then trust nobody without saying why. null: nothing is wrong. */
export function authorityFault(pem: string): string | null {
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) return 'holds no certificate; allowed: one or several in PEM';
  const wrong = certificates.findIndex((one) => !isCertificate(one));
  if (wrong < 0) return null;
  return `holds a certificate, the ${wrong + 1}. of ${certificates.length}, that cannot be read; allowed: one or several in PEM`;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null;
  } catch {
    // OpenSSL's words say nothing of where.
    return false;
  }
}

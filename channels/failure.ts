/**
 * What kind of failure an attempt met: told apart where the error is caught, by codes and statuses, never by words.
 * Sources of the codes: Node's documentation (errors of the system, of dns and of tls), undici's errors, RFC 9110 section 15,
 * RFC 5321 section 4.2.
 */

export const FAILURE_TYPES = [
  /** Its name leads to no address. */
  'dns',
  /** No connection came about, or it broke. */
  'connect',
  /** The other side does not prove who it is, or no protocol is common to both. */
  'tls',
  /** No answer within the time. */
  'timeout',
  /** It does not know who asks, or does not let them. */
  'credentials',
  /** What was sent to is not there (any more). */
  'gone',
  /** It wants fewer requests. */
  'rate-limited',
  /** It does not take this message. */
  'rejected',
  /** An error inside the provider. */
  'server',
  /** It answered, and nobody can read what. */
  'unreadable',
  /** Herald itself does not connect there: the address guard. */
  'blocked',
  'other',
] as const;

export type FailureType = (typeof FAILURE_TYPES)[number];

export interface Failure {
  readonly type: FailureType;
  /** The name or address that was asked; left out where none was. */
  readonly host?: string;
}

/** As it stands in the journal. */
export interface FailedAttempt extends Failure {
  /** slack, email, ... */
  readonly channelType: string;
}

const NO_NAME = new Set(['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'EDNS']);
const NO_TIME = new Set(['ETIMEDOUT', 'ETIME', 'DEADLINE_PASSED', 'UND_ERR_CONNECT_TIMEOUT']);
const NO_CONNECTION = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EPIPE'],
  ...['EADDRNOTAVAIL', 'UND_ERR_SOCKET', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED', 'PROXY_REFUSED', 'ECONNECTION'],
]);
/** OpenSSL's verdicts on certificates, as Node names them, and errors of the protocol. */
const NOT_PROVEN =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_C|EPROTO$|ETLS$)|_CERT|_CA$/;

/** Of an error that was caught. Of several (an address each), the first that says anything. */
export function failureOfError(error: unknown): FailureType {
  if (error instanceof AggregateError) {
    const types = error.errors.map(failureOfError);
    return types.find((type) => type !== 'other') ?? 'other';
  }
  if (!(error instanceof Error)) return 'other';
  const { code, originalCode } = error as NodeJS.ErrnoException & { readonly originalCode?: string };
  // nodemailer puts the code of its own step over the system's, and keeps that one beside it.
  const type = failureOfCode(originalCode ?? code);
  const further = type === 'other' && originalCode !== undefined ? failureOfCode(code) : type;
  return further === 'other' && error.cause !== undefined ? failureOfError(error.cause) : further;
}

/** An error of the DOM has a number instead. */
export function failureOfCode(code: unknown): FailureType {
  if (typeof code !== 'string') return 'other';
  if (NO_NAME.has(code) || code.startsWith('EAI_')) return 'dns';
  if (NO_TIME.has(code)) return 'timeout';
  if (NO_CONNECTION.has(code)) return 'connect';
  return NOT_PROVEN.test(code) ? 'tls' : 'other';
}

/** Of an HTTP status that is no success. */
export function failureOfStatus(status: number): FailureType {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return 'credentials';
    case 404:
    case 410:
      return 'gone';
    case 408:
    case 504:
      return 'timeout';
    case 429:
      return 'rate-limited';
    default:
      return status >= 500 ? 'server' : status >= 300 ? 'rejected' : 'unreadable';
  }
}

/** Of a mail server's reply: 4yz is the server's state, 5yz a refusal (RFC 5321, RFC 4954 for 530 to 538). */
export function failureOfReply(code: number): FailureType {
  if (code === 454 || (code >= 530 && code <= 538)) return 'credentials';
  return code >= 500 ? 'rejected' : code >= 400 ? 'server' : 'unreadable';
}

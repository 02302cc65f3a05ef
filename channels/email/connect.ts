/**
 * The TCP connection to a mail server, through the address guard: a name is resolved once, all of its addresses are checked, and
 * exactly those are connected to. TLS is put on top by whoever asked, for the declared name.
 */

import { lookup as systemLookup } from 'node:dns';
import { connect, isIP, type Socket } from 'node:net';
import { refusedClass } from '../address-guard.ts';
import { AddressRefused, guardedLookup, type Lookup } from '../guarded-lookup.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly allowPrivateAddresses: boolean;
  /** For tests: the DNS, and the rule that an address must pass (null: it may be reached). */
  readonly lookup?: Lookup;
  readonly refuse?: (address: string) => string | null;
}

/** Rejects with AddressRefused or the error of DNS or TCP. The signal ends the wait; the socket is the caller's afterwards. */
export function connectGuarded(target: Target, signal: AbortSignal): Promise<Socket> {
  const refuse = target.refuse ?? (target.allowPrivateAddresses ? () => null : refusedClass);
  const { host, port } = target;
  const refused = isIP(host) === 0 ? null : refuse(host);
  if (refused !== null) return Promise.reject(new AddressRefused(host, host, refused));
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect({ host, port, lookup: guardedLookup(target.lookup ?? systemLookup, refuse) });
    const abort = () => socket.destroy(asError(signal.reason));
    const settled = () => {
      signal.removeEventListener('abort', abort);
      socket.removeListener('error', failed);
    };
    const failed = (error: Error) => {
      settled();
      reject(error);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', failed);
    socket.once('connect', () => {
      settled();
      resolve(socket);
    });
  });
}

/** The first address of the host, all of which were checked, for who makes the connection by itself. */
export function resolveGuarded(target: Target): Promise<string> {
  const refuse = target.refuse ?? (target.allowPrivateAddresses ? () => null : refusedClass);
  const { host } = target;
  if (isIP(host) !== 0) {
    const refused = refuse(host);
    return refused === null ? Promise.resolve(host) : Promise.reject(new AddressRefused(host, host, refused));
  }
  return new Promise((resolve, reject) => {
    guardedLookup(target.lookup ?? systemLookup, refuse)(host, { all: false }, (error, address) => {
      if (error !== null) reject(error);
      else resolve(address as string);
    });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

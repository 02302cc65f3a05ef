/** Names on their way to a connection: resolved once, every address checked, and only checked ones handed on. */

import type { LookupFunction } from 'node:net';

export type Lookup = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: readonly { address: string; family: number }[]) => void,
) => void;

export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
  readonly hostname: string;
  readonly address: string;
  /** loopback, private, ... */
  readonly addressClass: string;

  constructor(hostname: string, address: string, addressClass: string) {
    super(`${hostname === address ? address : `${hostname} (${address})`} is a ${addressClass} address`);
    this.name = 'AddressRefused';
    this.hostname = hostname;
    this.address = address;
    this.addressClass = addressClass;
  }
}

/** `refuse`: the class for which an address must not be reached, or null. */
export function guardedLookup(lookup: Lookup, refuse: (address: string) => string | null): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      for (const { address } of addresses) {
        const refused = refuse(address);
        // One bad address refuses the name: which of them gets connected to is not for its owner to choose.
        if (refused !== null) return callback(new AddressRefused(hostname, address, refused), []);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

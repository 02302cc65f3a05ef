/** Networks of addresses that clients may come from, or that proxies stand in. */

import { BlockList, isIP } from 'node:net';

/** Networks such as 10.0.0.0/8 or fd00::/8, or single addresses. */
export interface AddressList {
  has(address: string): boolean;
}

/** null: one of them is neither. */
export function addressList(networks: readonly string[]): AddressList | null {
  const list = new BlockList();
  for (const network of networks) if (!add(list, network)) return null;
  // The same senders come again and again, and each look makes an object.
  const known = new Map<string, boolean>();
  return {
    has(address) {
      let is = known.get(address);
      if (is === undefined) {
        is = isIn(list, address);
        if (known.size >= MOST_KNOWN) known.clear();
        known.set(address, is);
      }
      return is;
    },
  };
}

const MOST_KNOWN = 1000;

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function add(list: BlockList, network: string): boolean {
  const [address = '', bits, ...rest] = network.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  const most = family === 6 ? 128 : 32;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return false;
  const prefix = bits === undefined ? most : Number(bits);
  if (prefix > most) return false;
  list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  return true;
}

/** For what the schema has checked. */
export function checkedNetworks(networks: readonly string[]): AddressList {
  const list = addressList(networks);
  if (list === null) throw new TypeError(`unchecked networks ${networks.join(', ')}`);
  return list;
}

/**
 * Which addresses an operator's URL must not reach: everything that is not a public unicast address. A URL in a resource is
 * written by a tenant, but the request is made from inside our network (server-side request forgery).
 * Source: IANA's special-purpose address registries for IPv4 and IPv6.
 */

import { BlockList, isIP } from 'node:net';

export type AddressClass =
  | 'unspecified'
  | 'loopback'
  | 'link-local'
  | 'private'
  | 'shared (carrier-grade NAT)'
  | 'multicast'
  | 'reserved'
  | 'unreadable';

const RANGES: readonly (readonly [AddressClass, readonly string[]])[] = [
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  // Cloud metadata services answer at 169.254.169.254.
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10']],
  ['shared (carrier-grade NAT)', ['100.64.0.0/10']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  [
    'reserved',
    ['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ],
  // Teredo and the deprecated IPv4-compatible form carry IPv4 addresses that a relay would unpack.
  [
    'reserved',
    ['240.0.0.0/4', '::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '3fff::/20', '5f00::/16'],
  ],
];

/** First hit wins, so `::1` is loopback although `::/96` holds it too. */
const BLOCKED = RANGES.map(([name, subnets]) => [name, blockList(subnets)] as const);

/** Prefixes whose addresses contain an IPv4 address, and at which of the eight groups it starts. */
const EMBEDDING = [
  { prefix: blockList(['64:ff9b::/96']), group: 6 }, // NAT64: a normal way to the IPv4 internet, so look inside
  { prefix: blockList(['2002::/16']), group: 1 }, // 6to4
] as const;

/** Why this IP address must not be reached, or null when it is a public one. */
export function refusedClass(address: string): AddressClass | null {
  const bare = address.replace(/%.*$/, '');
  const version = isIP(bare);
  if (version === 0) return 'unreadable';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  // BlockList holds IPv4-mapped addresses (::ffff:127.0.0.1) against the IPv4 ranges by itself.
  for (const [name, list] of BLOCKED) if (list.check(bare, family)) return name;
  if (family === 'ipv6') {
    for (const { prefix, group } of EMBEDDING) if (prefix.check(bare, family)) return refusedClass(ipv4At(bare, group));
  }
  return null;
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', bits = ''] = subnet.split('/');
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

function ipv4At(address: string, group: number): string {
  // The URL parser writes any form, a dotted tail included, as groups of hexadecimal digits.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  const groups = [...before, ...zeros, ...after].map((digits) => Number.parseInt(digits, 16));
  return [groups[group] ?? 0, groups[group + 1] ?? 0].flatMap((word) => [word >> 8, word & 255]).join('.');
}

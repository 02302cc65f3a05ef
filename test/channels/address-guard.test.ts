import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusedClass } from '../../channels/address-guard.ts';

const REFUSED = {
  loopback: [
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::127.0.0.1',
    '2002:7f00:1::',
  ],
  unspecified: ['0.0.0.0', '0.1.2.3', '::', '::ffff:0:0'],
  'link-local': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd00:ec2::254', '2002:c0a8:101::1'],
  'shared (carrier-grade NAT)': ['100.64.0.1', '100.127.255.255', '::ffff:100.64.0.1'],
  multicast: ['224.0.0.1', '239.255.255.250', 'ff02::1'],
  reserved: [
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.9',
    '240.0.0.1',
    '255.255.255.255',
    '::7f00:1',
    '2001:db8::1',
    '2001::1',
  ],
  unreadable: ['', 'localhost', '127.1', '0x7f000001', '1.2.3.4.5', 'fe80:::1'],
};

for (const [name, addresses] of Object.entries(REFUSED)) {
  test(`refuses ${name} addresses in every way of writing them`, () => {
    for (const address of addresses) assert.equal(refusedClass(address), name, address);
  });
}

test('public addresses pass, NAT64 and 6to4 forms of public ones included', () => {
  const open = [
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ];
  for (const address of [...open, '2002:808:808::1']) assert.equal(refusedClass(address), null, address);
});

test('an IPv4 address is judged the same in all its IPv6 clothes', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const plain = refusedClass(address);
      assert.equal(refusedClass(`::ffff:${address}`), plain);
      assert.equal(refusedClass(`64:ff9b::${address}`), plain);
    }),
  );
});

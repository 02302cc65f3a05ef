import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { networkOf } from '../../ingress/address.ts';
import { AuthFailures } from '../../ingress/auth-failures.ts';
import { Gate } from '../../ingress/gate.ts';
import { sourceAccessOf } from '../../resources/source-access.ts';

test('an address of version 4 stands for itself, one of version 6 for its /64, however it is written', () => {
  const networks: Readonly<Record<string, string>> = {
    '192.0.2.1': '192.0.2.1',
    '2001:db8::1': '2001:db8:0:0::/64',
    '2001:0DB8:0000:0000:0000:0000:0000:0002': '2001:db8:0:0::/64',
    '2001:db8:0:1::': '2001:db8:0:1::/64',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
    '::1': '0:0:0:0::/64',
    '::': '0:0:0:0::/64',
    '1:2::7:8': '1:2:0:0::/64',
    '64:ff9b::192.0.2.1': '64:ff9b:0:0::/64',
  };
  for (const [address, network] of Object.entries(networks)) assert.equal(networkOf(address), network, address);
});

test('two addresses have one network exactly if their first 64 bits are the same', () => {
  const half = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 });
  const whole = (groups: readonly number[]) => groups.map((group) => group.toString(16).padStart(4, '0')).join(':');
  /** As everybody writes it (RFC 5952). */
  const short = (groups: readonly number[]) => new URL(`http://[${whole(groups)}]/`).hostname.slice(1, -1);
  fc.assert(
    fc.property(half, half, half, half, (a, b, c, d) => {
      const [first, second] = [
        [...a, ...b],
        [...c, ...d],
      ];
      assert.equal(networkOf(whole(first)) === networkOf(whole(second)), whole(a) === whole(c));
      assert.equal(networkOf(whole(first)), networkOf(whole([...a, ...d])));
      assert.equal(networkOf(short(first)), networkOf(whole(first)), short(first));
    }),
  );
});

test('[BR-SEC-001] who guesses from many addresses of one network waits as from one', () => {
  const failures = new AuthFailures();
  const delays = [1, 2, 3].map((host) => failures.delay(`2001:db8::${host}`, 0));
  assert.deepEqual(delays, [50, 100, 200]);
  assert.equal(failures.delay('2001:db8:0:1::1', 0), 50);
});

test('[BR-WH-023] the rate of an address is that of its network', () => {
  const gate = new Gate({ find: () => 'hosts.none-of-them' });
  const access = sourceAccessOf({ limits: { address: { perSecond: 1, burst: 1 } } });
  assert.ok(access);
  const codes = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'].map(
    (address) => gate.address('s', access, address, 0).code,
  );
  assert.deepEqual(codes, ['gate.open', 'gate.address-rate', 'gate.open']);
});

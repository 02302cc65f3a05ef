import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConnectionLimit } from '../../ingress/connection-limit.ts';
import { connectionsByAddress } from '../../ingress/connection-table.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { atEnd } from '../support/leaks.ts';
import { until } from '../support/until.ts';
import { openDoor } from './herald-door.ts';
import { type RawConnection, rawConnection } from './raw-client.ts';

const LIMIT = 20;

async function opened(port: number, count: number): Promise<RawConnection[]> {
  return Promise.all(Array.from({ length: count }, () => rawConnection(port)));
}

/** Whether it gets an answer; false: it was closed. */
async function isServed(client: RawConnection): Promise<boolean> {
  client.write('GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n');
  await until('an answer or the end', () => client.closed || client.received.includes('200 OK'));
  return client.received.includes('200 OK');
}

/** The kernel is asked again only a while after the last time. */
async function refused(port: number, tick: () => void): Promise<void> {
  await until('one too many to be closed', async () => {
    tick();
    const client = await rawConnection(port);
    const served = await isServed(client);
    client.socket.destroy();
    return !served;
  });
}

test('[BR-WH-024] an address holds no more connections than it may, and gets others once it lets go of some', async () => {
  const door = await openDoor([], { connectionsPerAddress: LIMIT });
  const held = await opened(door.port, LIMIT);
  for (const client of held) assert.equal(await isServed(client), true);
  await refused(door.port, () => door.clock.advance(300));
  assert.equal(await isServed(held[0]!), true, 'those that it holds are not touched');
  for (const client of held.slice(0, 5)) client.socket.destroy();
  await until('the room to be seen', async () => {
    door.clock.advance(300);
    const client = await rawConnection(door.port);
    return isServed(client);
  });
});

test('[BR-WH-024] a trusted proxy stands for many, and is not bounded', async () => {
  const door = await openDoor([], { connectionsPerAddress: LIMIT, trustedProxies: ['127.0.0.0/8'] });
  for (const client of await opened(door.port, 2 * LIMIT)) {
    door.clock.advance(300);
    assert.equal(await isServed(client), true);
  }
  assert.equal(door.server.connections, 2 * LIMIT);
});

function limited(counts: ReadonlyMap<string, number> | null) {
  const clock = new FakeClock();
  const reads = { begun: 0, counts };
  const refused: string[] = [];
  const limit = new ConnectionLimit({
    perAddress: 3,
    isProxy: () => false,
    async count() {
      reads.begun += 1;
      return reads.counts;
    },
    refused: (address) => void refused.push(address),
    clock,
    log: silentLog,
  });
  return { limit, clock, reads, refused };
}

test('nobody is asked whose connections are open while fewer are than one address may hold', () => {
  const { limit, reads } = limited(new Map());
  for (let i = 0; i < 3; i++)
    assert.equal(
      limit.opened(() => '192.0.2.1'),
      true,
    );
  limit.closed();
  assert.equal(
    limit.opened(() => '192.0.2.1'),
    true,
  );
  assert.deepEqual([limit.open, reads.begun], [3, 0]);
});

test('[BR-WH-024] only the address that holds too many is refused', async () => {
  const { limit, reads, refused } = limited(new Map([['192.0.2.1', 3]]));
  for (let i = 0; i < 4; i++) limit.opened(() => '192.0.2.1');
  await until('the table to be read', () => reads.begun === 1);
  assert.equal(
    limit.opened(() => '192.0.2.1'),
    false,
  );
  assert.equal(
    limit.opened(() => '192.0.2.2'),
    true,
  );
  assert.deepEqual(refused, ['192.0.2.1'], 'told to the audit');
});

test('[BR-WH-024] addresses of one /64 are one', async () => {
  const { limit, reads } = limited(new Map([['2001:db8:0:1::/64', 3]]));
  for (let i = 0; i < 4; i++) limit.opened(() => `2001:0db8:0000:0001:0000:0000:0000:000${i}`);
  await until('the table to be read', () => reads.begun === 1);
  assert.equal(
    limit.opened(() => '2001:0db8:0000:0001:ffff:0000:0000:0001'),
    false,
  );
  assert.equal(
    limit.opened(() => '2001:0db8:0000:0002:ffff:0000:0000:0001'),
    true,
  );
});

test('what opens after the reading counts, and what was refused does not', async () => {
  const { limit, clock, reads } = limited(new Map());
  for (let i = 0; i < 4; i++) limit.opened(() => '192.0.2.9');
  await until('the table to be read', () => reads.begun === 1);
  const answers = Array.from({ length: 4 }, () => limit.opened(() => '192.0.2.1'));
  assert.deepEqual(answers, [true, true, true, false]);
  reads.counts = new Map([['192.0.2.1', 1]]);
  clock.advance(10_000);
  limit.opened(() => '192.0.2.2');
  await until('the table to be read again', () => reads.begun === 2);
  assert.equal(
    limit.opened(() => '192.0.2.1'),
    true,
  );
});

test('where the system does not tell, nobody is refused', async () => {
  const { limit, reads } = limited(null);
  for (let i = 0; i < 5; i++) limit.opened(() => '192.0.2.1');
  await until('the table to be looked for', () => reads.begun === 1);
  await new Promise(setImmediate);
  for (let i = 0; i < 5; i++)
    assert.equal(
      limit.opened(() => '192.0.2.1'),
      true,
    );
  assert.equal(reads.begun, 1);
});

test("the kernel's own table names who is connected", async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  atEnd(() => server.close());
  const clients = await opened(port, 3);
  const other = await connectionsByAddress([1]);
  assert.equal((await connectionsByAddress([port]))?.get('127.0.0.1'), 3);
  assert.equal(other?.get('127.0.0.1'), undefined);
  for (const client of clients) client.socket.destroy();
});

test('addresses of version 6, and of version 4 within it, read as uWebSockets.js writes them', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'herald-table-'));
  atEnd(() => rmSync(dir, { recursive: true }));
  const row = (remote: string, state: string) =>
    `   1: 00000000:1F90 ${remote}:D431 ${state} 00000000:00000000 00:00000000\n`;
  const table = join(dir, 'tcp6');
  writeFileSync(
    table,
    `  sl  local_address remote_address st\n${row('0000000000000000FFFF00000100007F', '01').repeat(2)}${row('B80D0120000000000000000001000000', '01')}${row('B80D0120000000000000000002000000', '01')}${row('B80D0120000000000000000001000000', '0A')}`,
  );
  const counts = await connectionsByAddress([8080], [table]);
  assert.deepEqual(Object.fromEntries(counts ?? []), {
    '127.0.0.1': 2,
    '2001:db8:0:0::/64': 2,
  });
  assert.equal(await connectionsByAddress([8080], [join(dir, 'missing')]), null);
});

/** Whose connections to our ports are open, from the kernel's table of sockets (proc_net_tcp.txt of Linux). */

import { open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { networkOf, plain } from './address.ts';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const ESTABLISHED = '01 ';
const PORT_DIGITS = 4;
const PIECE = 256 * 1024;

/** By address (of IPv6 by network), of connections to one of the ports; of all processes of this machine or container that listen on it. null: not Linux. */
export async function connectionsByAddress(
  ports: readonly number[],
  tables: readonly string[] = TABLES,
): Promise<ReadonlyMap<string, number> | null> {
  const wanted = new Set(ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0')));
  const counts = new Map<string, number>();
  let found = 0;
  for (const table of tables) {
    const file = await open(table).catch(() => null);
    if (file === null) continue;
    found += 1;
    try {
      await countIn(file, wanted, counts);
    } finally {
      await file.close();
    }
  }
  if (found === 0) return null;
  const byNetwork = new Map<string, number>();
  for (const [hex, count] of counts) {
    const network = networkOf(addressIn(hex));
    byNetwork.set(network, (byNetwork.get(network) ?? 0) + count);
  }
  return byNetwork;
}

interface Readable {
  read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }>;
}

/** Tens of thousands of lines: between pieces of them, others have their turn. */
async function countIn(file: Readable, ports: ReadonlySet<string>, counts: Map<string, number>): Promise<void> {
  const buffer = Buffer.allocUnsafe(PIECE);
  let rest = '';
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, PIECE);
    if (bytesRead === 0) break;
    const lines = (rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) countLine(line, ports, counts);
    await nextTurn();
  }
  countLine(rest, ports, counts);
}

/**
 * `sl: local_address rem_address st ...`, the addresses as `HEX:PORT`, one space between them. By places: most lines of a busy machine are of
 * connections that have ended, and splitting all of them takes half as long again.
 */
function countLine(line: string, ports: ReadonlySet<string>, counts: Map<string, number>): void {
  const local = line.indexOf(': ') + 2;
  const port = line.indexOf(':', local) + 1;
  const remote = port + PORT_DIGITS + 1;
  const remotePort = line.indexOf(':', remote) + 1;
  if (local < 2 || port === 0 || remotePort === 0) return;
  if (!line.startsWith(ESTABLISHED, remotePort + PORT_DIGITS + 1)) return;
  if (!ports.has(line.slice(port, port + PORT_DIGITS))) return;
  const hex = line.slice(remote, remotePort - 1);
  counts.set(hex, (counts.get(hex) ?? 0) + 1);
}

/** Words of four bytes, each as the machine has it in memory. */
function addressIn(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  if (bytes.length === 4) return [...bytes].join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    bytes
      .readUInt16BE(2 * i)
      .toString(16)
      .padStart(4, '0'),
  );
  return plain(groups.join(':'));
}

/** A name server on loopback (RFC 1035, RFC 3596): it answers by UDP for A and AAAA, as its test says. */

import { createSocket } from 'node:dgram';
import { atEnd } from '../leaks.ts';

export interface Zone {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  /** Seconds. */
  readonly ttl?: number;
  /** Of both families, or of one. `silent`: no answer comes. */
  readonly fails?: 'servfail' | 'silent' | { readonly aaaa: 'servfail' };
}

const [NXDOMAIN, SERVFAIL] = [3, 2];
const [A, AAAA] = [1, 28];

export interface NameServer {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** By name, in lower case; what is not in it does not exist. */
  readonly zones: Map<string, Zone>;
  /** `A name`, `AAAA name`. */
  readonly questions: string[];
}

export async function startNameServer(): Promise<NameServer> {
  const zones = new Map<string, Zone>();
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = questionIn(query);
    if (type !== A && type !== AAAA) return;
    questions.push(`${type === A ? 'A' : 'AAAA'} ${name}`);
    const answer = answerTo(query.subarray(0, end), type, zones.get(name));
    if (answer !== null) socket.send(answer, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  atEnd(() => socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, zones, questions };
}

function questionIn(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** null: none. */
function answerTo(question: Buffer, type: number, zone: Zone | undefined): Buffer | null {
  const { a = [], aaaa = [], ttl = 60, fails } = zone ?? {};
  if (fails === 'silent') return null;
  const failing = fails === 'servfail' || (typeof fails === 'object' && type === AAAA);
  const code = zone === undefined ? NXDOMAIN : failing ? SERVFAIL : 0;
  const data = code !== 0 ? [] : type === A ? a.map(bytesOf4) : aaaa.map(bytesOf6);
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | code, 2);
  for (const [at, count] of [1, data.length, 0, 0].entries()) head.writeUInt16BE(count, 4 + 2 * at);
  return Buffer.concat([head, ...data.map((bytes) => record(type, ttl, bytes))]);
}

function record(type: number, ttl: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  // The name is the one that was asked for: a pointer to it.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function bytesOf4(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

/** All eight groups, or `::` once. */
function bytesOf6(address: string): Buffer {
  const [before = '', after] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [head, tail] = [groups(before), groups(after ?? '')];
  const all = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

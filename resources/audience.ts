/** Audience: so many recipients of one channel that they stand in a file of their own: an address a line, or a CSV. */

import { dirname, resolve } from 'node:path';
import Type from 'typebox';
import type { Audience } from '../alert/audience.ts';
import type { AudienceList } from './audience-list.ts';
import { type ListFormat, readList } from './audience-read.ts';
import type { Checked } from './compile.ts';
import type { Problem } from './problem.ts';
import { type Declared, fieldOf } from './resource.ts';
import { type ReceiverReference, receiverAt } from './route.ts';

const column = (what: string) => Type.String({ minLength: 1, description: `the heading of the column with ${what}` });

export const audienceSpec = Type.Object(
  {
    displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    channel: Type.String({
      pattern: '^channel/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
      description: 'channel/NAME of a Channel of the tenant',
    }),
    file: Type.String({ minLength: 1, description: 'the path of the list, from the folder of this file' }),
    columns: Type.Optional(
      Type.Object(
        {
          address: Type.Optional(column('the addresses')),
          name: Type.Optional(column('names')),
          language: Type.Optional(column('languages')),
          timeZone: Type.Optional(column('time zones')),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

type AudienceSpec = Type.Static<typeof audienceSpec>;

export function channelOfAudience(spec: unknown): ReceiverReference[] {
  return receiverAt(fieldOf(spec, 'channel'), ['spec', 'channel']).filter(({ kind }) => kind === 'channel');
}

/** What reading an Audience's file gave. */
export interface ListRead {
  /** Absolute. */
  readonly file: string;
  /** null: there are problems. */
  readonly list: AudienceList | null;
  readonly digest: string;
  readonly size: number;
  readonly problems: readonly Problem[];
}

/** Of the Audiences whose specs are right. `addressFault`: see LoadOptions. */
export async function readLists(
  resources: readonly Declared[],
  addressFault: (type: string, address: string) => string | null = () => null,
): Promise<ReadonlyMap<Declared, ListRead>> {
  const read = new Map<Declared, ListRead>();
  for (const declared of resources) {
    if (declared.kind !== 'Audience' || !declared.valid) continue;
    const { file, channel, columns = {} } = declared.spec as AudienceSpec;
    const type = typeOf(channel.slice('channel/'.length), declared.tenant, resources);
    const format: ListFormat = /\.csv$/i.test(file) ? { kind: 'csv', columns } : { kind: 'lines' };
    const shown = `${dirname(declared.document.file)}/${file}`;
    const path = resolve(dirname(declared.document.file), file);
    const problemAt = (message: string) => declared.document.problem(['spec', 'file'], message);
    if (columns !== undefined && format.kind === 'lines' && Object.keys(columns).length > 0) {
      const message = `are given, but ${file} is no CSV; allowed: columns with a file that ends in .csv`;
      const problems = [declared.document.problem(['spec', 'columns'], message)];
      read.set(declared, { file: path, list: null, digest: '', size: 0, problems });
      continue;
    }
    const { list, digest, faults } = await readList(path, format, type, (address) => addressFault(type, address));
    const problems = faults.map(({ line, message }): Problem => {
      if (line === 0) return problemAt(`is ${JSON.stringify(file)}, which ${message}`);
      return { file: shown, line, column: 1, path: '', message };
    });
    read.set(declared, { file: path, list, digest, size: list?.size ?? 0, problems });
  }
  return read;
}

/** What was declared, and the file's content: the resource as its hash sees it. */
export function withContent(spec: unknown, digest: string, size: number): unknown {
  return { ...(spec as AudienceSpec), digest, size };
}

/** null: its file was not read. */
export function audienceFrom({ declared: { name, spec }, list }: Checked): Audience | null {
  if (list === undefined) return null;
  const channel = (spec as AudienceSpec).channel.slice('channel/'.length);
  return Object.freeze({
    name,
    channel,
    size: list.size,
    chunk: (after: number, most: number) => list.chunk(after, most),
    has: (address: string) => list.has(address),
  });
}

/** Of a channel; empty where it is not declared, which is a problem of its own. */
function typeOf(name: string, tenant: string, resources: readonly Declared[]): string {
  const channel = resources.find((one) => one.kind === 'Channel' && one.tenant === tenant && one.name === name);
  const type = fieldOf(channel?.spec, 'type');
  return typeof type === 'string' ? type : '';
}

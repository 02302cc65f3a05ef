/** The alerts of a file, read as a Source would take them in. */

import { readContent } from '../ingress/content.ts';
import { formatOf } from '../ingress/formats/by-name.ts';
import { contextOf, type Decoded } from '../ingress/formats/format.ts';
import { readAtOnce } from '../ingress/media-reader.ts';
import type { ResourceSet } from '../resources/compile.ts';
import type { Source } from '../resources/source.ts';
import { suggest } from '../resources/suggest.ts';
import { describeReply } from './client.ts';
import { CommandFailed } from './command.ts';
import { readInput } from './input.ts';

/** `file`: a path, or `-`. Throws CommandFailed. */
export async function alertsFrom(file: string, source: string, set: ResourceSet, now: number): Promise<Decoded> {
  return decode(await readInput(file), sourceNamed(source, set), now);
}

function sourceNamed(name: string, { sources }: ResourceSet): Source {
  const source = sources.get(name);
  if (source) return source;
  const known = [...sources.keys()];
  const near = suggest(name, known);
  const hint =
    near === null ? (known.length === 0 ? 'none is' : `declared: ${known.join(', ')}`) : `did you mean ${near}?`;
  throw new CommandFailed(`no Source ${JSON.stringify(name)} is declared; ${hint}`);
}

async function decode(body: Buffer, source: Source, now: number): Promise<Decoded> {
  const request = { method: 'POST', url: '', params: {}, query: '', headers: {}, body };
  const reading = await readContent(request, source, readAtOnce);
  if (reading.code !== 'body.read') throw new CommandFailed(describeReply(reading.reply));
  return formatOf(source).decode(reading.value, contextOf(source, now));
}

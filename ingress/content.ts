/** From the bytes of a body to the value in it: JSON, or what media.ts reads. UTF-8 only, as RFC 8259 has it. */

import { isUtf8 } from 'node:buffer';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { parseInSlices } from './json-slices.ts';
import { type Media, MOST_BYTES, mediaOf, readMedia } from './media.ts';
import { clip, problem } from './problem.ts';
import type { HttpRequest, Reply } from './route.ts';
import { Turns } from './turns.ts';

export type Reading =
  | { readonly code: 'body.read'; readonly value: unknown }
  | { readonly code: Unreadable; readonly reply: Reply };

type Unreadable =
  | 'body.empty'
  | 'body.not-utf8'
  | 'body.not-json'
  | 'body.not-readable'
  | 'body.too-large'
  | 'body.not-inflatable';
type Headers = Readonly<Record<string, string>>;
type Inflate = (
  data: Buffer,
  options: { maxOutputLength: number },
  callback: (error: Error | null, result: Buffer) => void,
) => void;

/** Which headers these functions look at. */
export const CONTENT_HEADERS = ['content-type', 'content-encoding'] as const;

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/;
const INFLATERS: ReadonlyMap<string, Inflate> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', brotliDecompress],
]);

const PLAIN_TEXT = /^text\/plain\s*(?:;|$)/;

/** Looks at the headers alone. null: this can be read. `takesText`: also what is text and no more, as data of an event may be. */
export function unsupportedContent(headers: Headers, takesText = false): Reply | null {
  const type = headers['content-type'];
  // Nearly every sender writes exactly this.
  if (type !== undefined && type !== 'application/json') {
    const lower = type.toLowerCase();
    if (mediaIn(lower) === null && !(takesText && PLAIN_TEXT.test(lower)))
      return unsupported(`${type}; JSON, YAML, XML and form data are read here.`);
    const charset = CHARSET.exec(lower)?.[1];
    if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
      return unsupported(`The charset is ${charset}; only utf-8 is read.`);
    }
  }
  const encoding = encodingOf(headers);
  if (encoding !== null && !INFLATERS.has(encoding)) {
    return unsupported(`The content encoding is ${encoding}; gzip, deflate and br are read.`);
  }
  return null;
}

function mediaIn(type: string): Media | null {
  const [media = ''] = type.split(';', 1);
  return mediaOf(media.trim());
}

/** A promise only where the body is compressed or large. `limit` bounds it after inflation, in bytes. */
export function readContent(request: HttpRequest, limit: number): Reading | Promise<Reading> {
  const inflater = INFLATERS.get(encodingOf(request.headers) ?? '');
  if (inflater === undefined) return parse(request.body, request.headers);
  return new Promise((resolve) => {
    inflater(request.body, { maxOutputLength: limit }, (error, body) => {
      resolve(error === null ? parse(body, request.headers) : notInflatable(error, limit));
    });
  });
}

function encodingOf(headers: Headers): string | null {
  const encoding = headers['content-encoding'];
  if (encoding === undefined) return null;
  const name = encoding.trim().toLowerCase();
  return name === 'identity' ? null : name;
}

/** JSON.parse of V8 is iterative: depth costs no stack. Nothing after it descends into what it does not know. */
function parse(body: Buffer, headers: Headers): Reading | Promise<Reading> {
  const content = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
  if (content.length === 0) return unreadable('body.empty', 'Empty body', 'A JSON body is expected.');
  if (!isUtf8(content))
    return unreadable('body.not-utf8', 'Body is not UTF-8', 'The body holds bytes that are no UTF-8.');
  const type = headers['content-type'];
  if (type !== undefined && type !== 'application/json') {
    const media = mediaIn(type.toLowerCase());
    if (media === null) return valueRead(content.toString('utf8'));
    if (media !== 'json') return parseMedia(media, content);
  }
  if (content.length > LARGE) return parseInSlices(content, new Turns()).then(valueRead, notJson);
  try {
    return valueRead(JSON.parse(content.toString('utf8')));
  } catch (error) {
    return notJson(error);
  }
}

/** Bytes: some milliseconds of parsing. */
const LARGE = 256 * 1024;

function valueRead(value: unknown): Reading {
  return { code: 'body.read', value };
}

/** Only a SyntaxError is thrown; its message names the place and at most a few characters of the sender's own body. */
function notJson(error: unknown): Reading {
  if (!(error instanceof SyntaxError)) throw error;
  return unreadable('body.not-json', 'Body is not JSON', error.message);
}

function parseMedia(media: Exclude<Media, 'json'>, content: Buffer): Reading {
  const most = MOST_BYTES[media];
  if (content.length > most) {
    const detail = `At most ${most} bytes of ${NAMES[media]} are taken here.`;
    return { code: 'body.too-large', reply: problem(413, 'Body too large', { code: 'body.too-large', detail }) };
  }
  const read = readMedia(media, content.toString('utf8'));
  if ('value' in read) return { code: 'body.read', value: read.value };
  return unreadable('body.not-readable', `Body is not ${NAMES[media]}`, clip(read.problem, LONGEST_DETAIL));
}

const NAMES = { yaml: 'YAML', xml: 'XML', form: 'form data' } as const;
const LONGEST_DETAIL = 500;

function notInflatable(error: Error, limit: number): Reading {
  if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
    const reply = problem(413, 'Body too large', {
      code: 'body.too-large',
      detail: `At most ${limit} bytes are taken here, counted after decompression.`,
    });
    return { code: 'body.too-large', reply };
  }
  return unreadable(
    'body.not-inflatable',
    'Body cannot be decompressed',
    'It is damaged, cut off or encoded otherwise.',
  );
}

function unreadable(code: Unreadable, title: string, detail: string): Reading {
  return { code, reply: problem(400, title, { code, detail }) };
}

function unsupported(detail: string): Reply {
  return problem(415, 'Unsupported content', { code: 'content.unsupported', detail });
}

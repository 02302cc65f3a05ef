/** From the bytes of a body to the value in it: JSON, or what media.ts reads. UTF-8 only, as RFC 8259 has it. */

import { isAscii, isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { parseInSlices } from './json-slices.ts';
import { type Media, MOST_BYTES, mediaOf } from './media.ts';
import type { MediaAnswer, MediaReader } from './media-reader.ts';
import { clip, problem } from './problem.ts';
import type { HttpRequest, Reply } from './route.ts';
import type { IngressSource } from './source.ts';
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
  | 'body.not-inflatable'
  | 'body.busy';
type Headers = Readonly<Record<string, string>>;
type Inflate = (data: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** Whose body it is: it takes that one's time. `maxBodyBytes`: after inflation. */
type Owner = Pick<IngressSource, 'name' | 'maxBodyBytes'>;

/** Which headers these functions look at. */
export const CONTENT_HEADERS = ['content-type', 'content-encoding'] as const;

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/;
const INFLATERS: ReadonlyMap<string, Inflate> = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
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

/** For where nothing but JSON is taken. null: it says nothing else. */
export function otherThanJson({ 'content-type': type }: Headers): Reply | null {
  if (type === undefined || mediaIn(type.toLowerCase()) === 'json') return null;
  return unsupported(`The content is ${type}; JSON is read here.`);
}

/** What a body was taken for by its Content-Type; null: JSON. curl says `form` of all that it is not told otherwise of. */
export function takenFor({ 'content-type': type }: Headers): string | null {
  const media = type === undefined || type === 'application/json' ? 'json' : mediaIn(type.toLowerCase());
  return media === null || media === 'json'
    ? null
    : `${NAMES[media]}, by the Content-Type ${clip(type!, LONGEST_TYPE)}`;
}

const LONGEST_TYPE = 100;

function mediaIn(type: string): Media | null {
  const [media = ''] = type.split(';', 1);
  return mediaOf(media.trim());
}

/** A promise only where the body is compressed or large. */
export function readContent(request: HttpRequest, owner: Owner, media: MediaReader): Reading | Promise<Reading> {
  const { body: raw, headers } = request;
  const inflater = INFLATERS.get(encodingOf(headers) ?? '');
  if (inflater === undefined) return parse(raw, headers, owner, media);
  return inflater(raw, { maxOutputLength: owner.maxBodyBytes }).then(
    (body) => parse(body, headers, owner, media),
    (error: Error) => notInflatable(error, owner.maxBodyBytes),
  );
}

function encodingOf(headers: Headers): string | null {
  const encoding = headers['content-encoding'];
  if (encoding === undefined) return null;
  const name = encoding.trim().toLowerCase();
  return name === 'identity' ? null : name;
}

function parse(body: Buffer, headers: Headers, owner: Owner, reader: MediaReader): Reading | Promise<Reading> {
  const content = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
  if (content.length === 0) return unreadable('body.empty', 'Empty body', 'A JSON body is expected.');
  const isPlain = isAscii(content);
  if (!isPlain && !isUtf8(content))
    return unreadable('body.not-utf8', 'Body is not UTF-8', 'The body holds bytes that are no UTF-8.');
  const type = headers['content-type'];
  if (type !== undefined && type !== 'application/json') {
    const media = mediaIn(type.toLowerCase());
    if (media === null) return valueRead(content.toString('utf8'));
    if (media !== 'json') return parseMedia(media, content, owner, reader);
  }
  return parseJson(content, isPlain);
}

/** JSON.parse of V8 is iterative: depth costs no stack. Nothing after it descends into what it does not know. */
function parseJson(content: Buffer, isPlain: boolean): Reading | Promise<Reading> {
  if (content.length > LARGE) return parseInSlices(content, new Turns()).then(valueRead, notJson);
  try {
    // Copied rather than decoded where it is ASCII, as most are.
    return valueRead(JSON.parse(content.toString(isPlain ? 'latin1' : 'utf8')));
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

function parseMedia(
  media: Exclude<Media, 'json'>,
  content: Buffer,
  { name, maxBodyBytes }: Owner,
  reader: MediaReader,
): Reading | Promise<Reading> {
  const most = MOST_BYTES[media];
  if (content.length > most) return tooLarge(`At most ${most} bytes of ${NAMES[media]} are taken here.`);
  const judged = (answer: MediaAnswer): Reading | Promise<Reading> => {
    if ('json' in answer) return parseJson(answer.json, false);
    if ('value' in answer) return valueRead(answer.value);
    if ('tooLarge' in answer) return tooLarge(`Its aliases stand for more than ${maxBodyBytes} bytes.`);
    if ('busy' in answer) return { code: 'body.busy', reply: busy(NAMES[media]) };
    return unreadable('body.not-readable', `Body is not ${NAMES[media]}`, clip(answer.problem, LONGEST_DETAIL));
  };
  const answer = reader.read(media, content, maxBodyBytes, name);
  return answer instanceof Promise ? answer.then(judged) : judged(answer);
}

const NAMES = { yaml: 'YAML', xml: 'XML', form: 'form data' } as const;
const LONGEST_DETAIL = 500;

function busy(name: string): Reply {
  const detail = `Reading this ${name} took too long, or others came before it. JSON is read at once.`;
  return problem(503, 'Not accepted now', { code: 'body.busy', detail, headers: { 'retry-after': '5' } });
}

function tooLarge(detail: string): Reading {
  return { code: 'body.too-large', reply: problem(413, 'Body too large', { code: 'body.too-large', detail }) };
}

function notInflatable(error: Error, limit: number): Reading {
  if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
    return tooLarge(`At most ${limit} bytes are taken here, counted after decompression.`);
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

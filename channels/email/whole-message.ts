/**
 * A mail as one buffer. nodemailer composes it; left to itself it also writes it out as a dozen small pieces, each through five
 * streams and to the socket on its own, which cost more than everything else about a mail.
 */

import type MimeNode from 'nodemailer/lib/mime-node';
import { quotedPrintable } from './quoted-printable.ts';

/**
 * Bytes. What is larger goes out piece by piece as the connection takes it, so that it is known of a mail that breaks off whether its
 * last line had left.
 */
const LARGEST = 64 * 1024;
const BASE64_LINE = /.{1,76}/g;

/** Where it is too large, or something of it is no text and no bytes, or is encoded in a way that is not known here, nodemailer writes it out as before. */
export function makeWhole(message: MimeNode): void {
  const parts: Buffer[] = [];
  if (!append(message, parts)) return;
  const whole = Buffer.concat(parts);
  if (whole.length > LARGEST) return;
  message.setRaw(whole);
  // Else the parts would follow once more behind it.
  message.multipart = false;
  message.childNodes = [];
}

function append(node: MimeNode, parts: Buffer[]): boolean {
  // Building the headers decides the encoding, the boundary and whether there are parts.
  parts.push(Buffer.from(`${node.buildHeaders()}\r\n\r\n`));
  const { content, boundary, multipart, childNodes } = node;
  if (content !== undefined) {
    const body = bodyOf(node, content);
    if (body === null) return false;
    parts.push(body);
  }
  if (!multipart) return true;
  for (const [i, child] of childNodes.entries()) {
    parts.push(Buffer.from(`${i === 0 ? '' : '\r\n'}--${boundary}\r\n`));
    if (!append(child, parts)) return false;
  }
  parts.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  return true;
}

function bodyOf(node: MimeNode, content: NonNullable<MimeNode['content']>): Buffer | null {
  if (typeof content !== 'string' && !Buffer.isBuffer(content)) return null;
  const encoding = node.getTransferEncoding();
  switch (encoding) {
    case 'quoted-printable':
      return /^text\//i.test(node.contentType ?? '') ? quotedPrintable(content) : null;
    case 'base64': {
      const text = (typeof content === 'string' ? Buffer.from(content) : content).toString('base64');
      return Buffer.from((text.match(BASE64_LINE) ?? []).join('\r\n'));
    }
    case '7bit':
      return Buffer.from(String(content).replace(/\r?\n/g, '\r\n'));
    default:
      return null;
  }
}

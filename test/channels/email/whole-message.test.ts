import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { quotedPrintable } from '../../../channels/email/quoted-printable.ts';
import { makeWhole } from '../../../channels/email/whole-message.ts';

const texts = fc.oneof(
  fc.string({ maxLength: 400 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.constantFrom('a', ' ', '\t', '=', '.', '\n', '\r\n', 'ü', '€', '😀', 'x'.repeat(80)), { maxLength: 60 }),
);

test('[BR-NOT-001] quoted-printable text comes out as it went in, on lines of at most 76 printable characters', () => {
  fc.assert(
    fc.property(texts, (given) => {
      const text = [given].flat().join('');
      const encoded = quotedPrintable(text).toString('latin1');
      for (const line of encoded.split('\r\n')) {
        assert.match(line, /^[\x21-\x7e\t ]{0,76}$/);
        assert.doesNotMatch(line, /[ \t]$/);
      }
      assert.equal(decoded(encoded), text.toWellFormed().replace(/\r\n|\n/g, '\r\n'));
    }),
    { numRuns: 500 },
  );
});

test('quoted-printable text keeps the bytes of one character on one line', () => {
  const encoded = quotedPrintable(`${'x'.repeat(70)}😀${'y'.repeat(62)}€`).toString('latin1');
  assert.deepEqual(encoded.split('=\r\n'), ['x'.repeat(70), `=F0=9F=98=80${'y'.repeat(62)}`, '=E2=82=AC']);
});

const MAIL = {
  from: 'Herald <herald@example.com>',
  to: 'Ürsula <u@example.org>',
  subject: 'Größer als 90 %',
  date: new Date(1_700_000_000_000),
  messageId: '<one@example.com>',
  text: 'Speicher läuft voll\n.\nmit Punkt am Anfang einer Zeile   \n',
  html: `<p>Speicher läuft voll</p>${'<p title="long">=</p>'.repeat(40)}`,
  attachments: [{ cid: 'history@herald', contentType: 'image/png', content: Buffer.alloc(5000, 7), filename: 'a.png' }],
};

test('[BR-NOT-001] a mail that is written out whole says what it says piece by piece, and each part once', async () => {
  for (const content of [MAIL, { ...MAIL, attachments: [] }, { ...MAIL, html: undefined, text: 'plain' }]) {
    const piecewise = await new MailComposer(content).compile().build();
    const message = new MailComposer(content).compile();
    makeWhole(message);
    const whole = await message.build();
    const read = async (raw: Buffer) => {
      const { headers, headerLines, ...mail } = await PostalMime.parse(raw);
      // The boundary is made up anew for each mail.
      return { ...mail, headers: headers.filter(({ key }) => key !== 'content-type'), lines: headerLines.length };
    };
    assert.deepEqual(await read(whole), await read(piecewise));
    const text = whole.toString('latin1');
    for (const [, boundary = ''] of text.matchAll(/boundary="([^"]+)"/g)) {
      assert.equal(text.split(`--${boundary}--`).length, 2, 'it ends once');
    }
    assert.equal(text.endsWith('\r\n'), true);
  }
});

test('[BR-REL-006] a large mail is left to be written out as the connection takes it', async () => {
  const message = new MailComposer({ ...MAIL, html: '<p>x</p>'.repeat(20_000) }).compile();
  makeWhole(message);
  assert.equal(message.childNodes.length > 0, true);
});

test('a mail with a part that is a stream is left to be written out piece by piece', async () => {
  const { Readable } = await import('node:stream');
  const message = new MailComposer({ ...MAIL, text: Readable.from(['streamed']) }).compile();
  makeWhole(message);
  assert.match((await message.build()).toString('latin1'), /streamed/);
});

function decoded(encoded: string): string {
  const bytes = encoded
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/**
 * XML as plain objects: an element is its text, or an object of its children; several of one name are a list; attributes are called
 * `@name`. A document type is refused before anything is parsed: no entity is ever declared, so none can expand or fetch. Only this file
 * knows fast-xml-parser.
 */

import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { MediaReading } from './media.ts';

const DECLARATION = /<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i;
const DEEPEST = 100;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  ignoreDeclaration: true,
  ignorePiTags: true,
  // What a value is, its mapping says: an id of digits must not lose its zeros.
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  processEntities: true,
  htmlEntities: false,
});

export function readXml(text: string): MediaReading {
  if (DECLARATION.test(text)) return { problem: 'a document type is declared; XML is read without one' };
  if (tooDeep(text)) return { problem: `elements are nested more than ${DEEPEST} deep` };
  const valid = XMLValidator.validate(text);
  if (valid !== true) return { problem: `line ${valid.err.line}: ${valid.err.msg}` };
  try {
    return { value: parser.parse(text) as unknown };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'it cannot be parsed' };
  }
}

/** Before the parser, which recurses. What looks like a tag inside of CDATA or a comment counts, too. */
function tooDeep(text: string): boolean {
  let depth = 0;
  for (const [tag] of text.matchAll(/<\/?[A-Za-z_][^<>]*>/g)) {
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>')) depth += 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/**
 * Plain text as Jira wants it: Atlassian Document Format for version 3 of its API, wiki markup for version 2. Either way what came
 * from outside is words: it mentions nobody, links nothing but what is an address, and draws no pictures.
 * Source: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ and
 * https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
 */

export interface AdfNode {
  readonly type: string;
  readonly version?: 1;
  readonly text?: string;
  readonly content?: readonly AdfNode[];
  readonly marks?: readonly { readonly type: 'link'; readonly attrs: { readonly href: string } }[];
}

/** Blank lines part paragraphs; lines that begin with a hyphen are a list. */
export function adfOf(text: string): AdfNode {
  const blocks = text.split(/\n{2,}/).flatMap((block) => blocksOf(block.split('\n')));
  return { type: 'doc', version: 1, content: blocks };
}

function blocksOf(lines: readonly string[]): AdfNode[] {
  const blocks: AdfNode[] = [];
  for (let at = 0; at < lines.length; ) {
    const isItem = lines[at]!.startsWith('- ');
    const end = lines.findIndex((line, i) => i > at && line.startsWith('- ') !== isItem);
    const run = lines.slice(at, end < 0 ? lines.length : end);
    at += run.length;
    if (isItem) blocks.push({ type: 'bulletList', content: run.map((line) => listItem(line.slice(2))) });
    else if (run.some((line) => line !== '')) blocks.push(paragraph(run));
  }
  return blocks;
}

function listItem(line: string): AdfNode {
  return { type: 'listItem', content: [paragraph([line])] };
}

function paragraph(lines: readonly string[]): AdfNode {
  const content = lines.flatMap((line, i) => [...(i === 0 ? [] : [{ type: 'hardBreak' }]), ...inline(line)]);
  return content.length === 0 ? { type: 'paragraph' } : { type: 'paragraph', content };
}

const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>").,;:!?\]}])/i;

/** A text node must not be empty. */
function inline(line: string): AdfNode[] {
  return line
    .split(ADDRESS)
    .filter((part) => part !== '')
    .map((part) =>
      ADDRESS.test(part) && URL.canParse(part)
        ? { type: 'text', text: part, marks: [{ type: 'link', attrs: { href: part } }] }
        : { type: 'text', text: part },
    );
}

/** The words of a document, a line for each block: to find a text again that Jira keeps as one. */
export function wordsOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null) return '';
  const { type, text, content } = body as { type?: unknown; text?: unknown; content?: unknown };
  if (type === 'hardBreak') return '\n';
  if (typeof text === 'string') return text;
  const inner = Array.isArray(content) ? content.map(wordsOf).join('') : '';
  return type === 'paragraph' ? `${inner}\n` : inner;
}

/** A backslash takes the meaning of a character away; a list keeps its hyphen. */
export function wikiOf(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.startsWith('- ') ? `- ${escapeWiki(line.slice(2))}` : escapeWiki(line)))
    .join('\n');
}

function escapeWiki(line: string): string {
  return line
    .split(ADDRESS)
    .map((part, i) => {
      // Every second part is an address, which would no longer lead anywhere.
      if (i % 2 === 1 && !/[[\]{}|]/.test(part)) return part;
      return part.replace(/[\\{}[\]|!~^*_]/g, '\\$&').replace(/(^|\s)([-+?]+)(?=\S)/g, '$1\\$2');
    })
    .join('')
    .replace(/^(\s*)([#-]+)(?=\s)/, '$1\\$2')
    .replace(/^(\s*)(h[1-6]|bq)\./, '$1$2\\.');
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adfOf, wikiOf, wordsOf } from '../../../channels/jira/document.ts';
import '../../support/leaks.ts';
import { isAdf } from '../../support/providers/jira.ts';

const text = (words: string) => ({ type: 'text', text: words });

test('[BR-INT-005] paragraphs, line ends, lists and addresses become nodes of a document', () => {
  assert.deepEqual(adfOf('Disk full\non db-1\n\n- one\n- see https://r.example/a?b=1.\nafter'), {
    type: 'doc',
    version: 1,
    content: [
      { type: 'paragraph', content: [text('Disk full'), { type: 'hardBreak' }, text('on db-1')] },
      {
        type: 'bulletList',
        content: [
          { type: 'listItem', content: [{ type: 'paragraph', content: [text('one')] }] },
          {
            type: 'listItem',
            content: [
              {
                type: 'paragraph',
                content: [
                  text('see '),
                  {
                    ...text('https://r.example/a?b=1'),
                    marks: [{ type: 'link', attrs: { href: 'https://r.example/a?b=1' } }],
                  },
                  text('.'),
                ],
              },
            ],
          },
        ],
      },
      { type: 'paragraph', content: [text('after')] },
    ],
  });
});

test('[BR-INT-005] whatever a text holds, its document is one that Jira takes, and has all of its words', () => {
  const words = (given: string) => given.replace(/^- /gm, '').replace(/\s+/g, '');
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constant('- item'), fc.constant('https://a.example/b'))), (lines) => {
      const given = lines.join('\n');
      const document = adfOf(given);
      assert.ok(isAdf(document), JSON.stringify(document));
      assert.equal(wordsOf(document).replace(/\s+/g, ''), words(given));
    }),
  );
});

test('[BR-SEC-011] in wiki markup what came from outside is words: no macro, no mention, no picture, no heading', () => {
  assert.equal(
    wikiOf('{html}x{html} [~admin] !http://x/y.png!'),
    '\\{html\\}x\\{html\\} \\[\\~admin\\] \\!http://x/y.png\\!',
  );
  assert.equal(wikiOf('h1. Loud\nbq. said\n# one'), 'h1\\. Loud\nbq\\. said\n\\# one');
  assert.equal(wikiOf('- item *bold* a-b -struck-'), '- item \\*bold\\* a-b \\-struck-');
  assert.equal(wikiOf('see https://r.example/a_b?c=*'), 'see https://r.example/a_b?c=*');
});

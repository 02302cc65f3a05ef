import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TemplateTree } from '../../rules/template-tree.ts';
import '../support/leaks.ts';

test('[BR-AP-004] messages that differ in numbers and in single words are one template', () => {
  const tree = new TemplateTree();
  const first = tree.learn('Pod web-7f9c in shop restarted 3 times');
  const second = tree.learn('Pod api-5d2e in billing restarted 12 times');
  assert.equal(first, second);
  assert.equal(first.text(), 'Pod <*> in <*> restarted <*> times');
});

test('[BR-AP-004] messages that say different things are not', () => {
  const tree = new TemplateTree();
  const full = tree.learn('Disk of node is full');
  const slow = tree.learn('Disk answers far too slowly');
  assert.notEqual(full, slow);
  assert.equal(full.text(), 'Disk of node is full');
});

test('words that are known to vary are left out from the beginning', () => {
  const tree = new TemplateTree();
  assert.equal(tree.learn('shop is down', new Set(['shop'])).text(), '<*> is down');
  assert.equal(tree.learn('billing is down', new Set(['billing'])).id, 0);
});

test('what was matched longest ago goes first', () => {
  const tree = new TemplateTree({ maxTemplates: 2 });
  const one = tree.learn('first of them');
  tree.learn('second one of them');
  tree.learn('first of them');
  tree.learn('and a third one of them');
  assert.equal(tree.size, 2);
  assert.equal(tree.learn('first of them'), one);
  assert.equal(tree.learn('second one of them').id, 3);
});

const word = fc.constantFrom(
  'disk',
  'node',
  'pod',
  'is',
  'full',
  'down',
  'of',
  '7',
  'web-1',
  'constructor',
  '__proto__',
);
const message = fc.oneof(
  fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
  fc.string({ maxLength: 80 }),
);

test('[BR-AP-004] whatever the messages, memory stays bounded and a message finds its own template again', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (messages, maxTemplates) => {
      const tree = new TemplateTree({ maxTemplates });
      for (const text of messages) {
        const template = tree.learn(text);
        assert.ok(tree.size <= maxTemplates);
        assert.equal(tree.learn(text), template);
      }
    }),
  );
});

test('[BR-AP-004] the same messages in the same order give the same templates', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 100 }), (messages) => {
      const run = () => {
        const tree = new TemplateTree({ maxTemplates: 10 });
        return messages.map((text) => tree.learn(text)).map((template) => `${template.id} ${template.text()}`);
      };
      assert.deepEqual(run(), run());
    }),
  );
});

test('a hundred thousand different messages leave no more than the bound', () => {
  const tree = new TemplateTree({ maxTemplates: 500 });
  const letters = (n: number) => [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
  for (let i = 0; i < 100_000; i++) tree.learn(`${letters(i)} ${letters(i * 7)} ${letters(i * 13)}`);
  assert.ok(tree.size <= 500);
});

/** herald audit against answers that the test gives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeHerald, json } from './answers.ts';
import { herald } from './captured.ts';

const record = {
  ...{ position: 7, at: Date.parse('2026-11-26T08:50:37Z'), process: 'vm:1', previous: 'aa', mac: 'bb' },
  ...{ event: 'command.asked', what: 'alert.comment', subject: 'default/0123456789abcdef', by: 'ada' },
};

async function listed(detail: string): Promise<string[]> {
  const { variables } = await fakeHerald({ 'GET /v1/audit': json({ records: [{ ...record, detail }] }) });
  const { code, out } = await herald(['audit', 'list'], variables);
  assert.equal(code, 0);
  return out.trimEnd().split('\n').slice(1);
}

test('[BR-SEC-015] audit list is a line for each record, whatever it tells of', async () => {
  const [line, ...more] = await listed('config/routes.yaml:12:32\n    spec.receivers[1]: is "oops"\n\n1 problem');
  assert.match(
    line!,
    /^7 +2026-11-26T08:50:37Z .* ada +config\/routes\.yaml:12:32; spec\.receivers\[1\]: is "oops"; 1 problem$/,
  );
  assert.deepEqual(more, []);
});

test('[BR-SEC-015] what a stranger sent does nothing to the terminal of who reads of it', async () => {
  const [line, ...more] = await listed('\x1b[2Jgone\rover\u202e');
  assert.match(line!, / \\u\{1b\}\[2Jgone\\u\{d\}over\\u\{202e\}$/);
  assert.deepEqual(more, []);
});

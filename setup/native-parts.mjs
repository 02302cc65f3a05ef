/** Run under the Node that is to run Herald: loads every native part and makes each do something small. */

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const checks = {
  re2() {
    const RE2 = require('re2');
    return new RE2('^prod-').test('prod-a') && new RE2.Set(['^a', '^b']).match('b').length === 1;
  },
  'uWebSockets.js'() {
    return typeof require('uWebSockets.js').App === 'function';
  },
  'better-sqlite3'() {
    const Database = require('better-sqlite3');
    const db = new Database(':memory:');
    const works = db.prepare('select 1 as one').get().one === 1;
    db.close();
    return works;
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    if (!check()) throw new Error('it loads, but does not work');
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}

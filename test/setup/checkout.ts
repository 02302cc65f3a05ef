/**
 * A checkout of its own with Herald's set-up in it, whose npm is a script of the test: what the set-up does can be seen and
 * broken off without a registry and a compiler.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../support/source-tree.ts';
import { temporaryFolder } from './folder.ts';

export interface Checkout {
  readonly root: string;
  /** One line for each call of npm so far: its arguments. */
  npmCalls(): Promise<string[]>;
  setUp(args?: readonly string[]): Promise<{ code: number | null; output: string }>;
  /** As setUp, but still running. `output` reads what it said so far. */
  startSetUp(): { child: ChildProcess; output(): string };
}

const LOCKFILE = {
  packages: {
    '': { dependencies: { one: '1.0.0' } },
    'node_modules/one': { version: '1.0.0' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  },
};

/**
 * Installs what the lockfile says. `hang` in the checkout makes it stop half-way through an installation; `unbuilt` makes
 * native parts fail to load until they are rebuilt.
 */
const NPM = `
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const words = process.argv.slice(2);
appendFileSync('npm-calls', words.join(' ') + '\\n');
if (words[0] === 'rebuild') writeFileSync('node_modules/built', '');
else {
  if (words.includes('--prefix')) throw new Error('the Node of this test fits');
  mkdirSync('node_modules/one', { recursive: true });
  writeFileSync('node_modules/one/half', '');
  if (existsSync('hang')) setInterval(() => {}, 1000);
  else {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    delete packages[''];
    delete packages['node_modules/other-platform'];
    writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
  }
}
`;

const NATIVE_PARTS = `
import { existsSync } from 'node:fs';
if (existsSync('unbuilt') && !existsSync('node_modules/built')) throw new Error('re2 is not built');
`;

export async function newCheckout(files: Readonly<Record<string, string>> = {}): Promise<Checkout> {
  const root = await temporaryFolder();
  await cp(join(ROOT, 'setup'), join(root, 'setup'), { recursive: true });
  await mkdir(join(root, 'npm'));
  const contents = {
    'npm/npm-cli.js': NPM,
    'npm/package.json': '{"type":"module"}',
    'setup/native-parts.mjs': NATIVE_PARTS,
    'package.json': JSON.stringify({ dependencies: { one: '1.0.0' }, allowScripts: { re2: true, other: false } }),
    'package-lock.json': JSON.stringify(LOCKFILE),
    ...files,
  };
  for (const [name, content] of Object.entries(contents)) await writeFile(join(root, name), content);

  const startSetUp = (args: readonly string[] = []) => {
    let output = '';
    // NATS_URL: the machine need not have a nats-server.
    const env = { ...process.env, npm_execpath: join(root, 'npm/npm-cli.js'), NATS_URL: 'nats://127.0.0.1:4222' };
    const child = spawn(process.execPath, [join(root, 'setup/setup.mjs'), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    return { child, output: () => output };
  };
  return {
    root,
    startSetUp,
    async npmCalls() {
      return (await readFile(join(root, 'npm-calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
    },
    async setUp(args) {
      const { child, output } = startSetUp(args);
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output: output() };
    },
  };
}

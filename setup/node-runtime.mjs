/**
 * Which Node runs Herald: the host's when it fits and brings its headers (re2 is compiled against them), else the one from
 * npm's packages of Node's binaries, which hold both. The choice stands in `.runtime/`: `ready.json` says which it is,
 * `bin/node` is a link to it for bin/herald.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npmCommand } from './npm.mjs';
import { lastLines, run, SetupProblem, step } from './progress.mjs';
import { readJson, writeStamp } from './stamp.mjs';

/** The version that is brought where the host's Node does not fit. */
export const NODE_VERSION = '22.23.3';
/** Herald runs on: from the first up to, but without, the major of the second. bin/herald and package.json say the same. */
const OLDEST = [22, 22, 2];
const FIRST_MAJOR_PAST = 24;

const PACKAGES = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'];

export function fits(version) {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number);
  if (!parts || parts[0] >= FIRST_MAJOR_PAST) return false;
  const different = OLDEST.findIndex((part, index) => part !== parts[index]);
  return different === -1 || parts[different] > OLDEST[different];
}

/** The runtime that an earlier set-up finished, or null. Costs no process. */
export function currentRuntime(root) {
  const stamp = readJson(stampFile(root));
  if (!stamp || stamp.platform !== platform() || !fits(stamp.version)) return null;
  // A checkout that was copied still names the first one's.
  const isOurs = stamp.version === NODE_VERSION && stamp.path.startsWith(join(root, '.runtime/'));
  if (stamp.packaged && !isOurs) return null;
  return stamp.file === fileMark(stamp.path) && existsSync(join(root, '.runtime/bin/node')) ? stamp : null;
}

/** Brings or finds the runtime: { path, headers, version, abi, packaged, ... }; `headers` is what node-gyp calls nodedir. */
export async function bringRuntime(root, lock, host = hostRuntime()) {
  const found = host ?? packagedRuntime(root) ?? (await installRuntime(root, lock));
  const runtime = { ...found, platform: platform(), file: fileMark(found.path) };
  linkRuntime(root, runtime.path);
  writeStamp(stampFile(root), runtime);
  return runtime;
}

function hostRuntime() {
  const headers = dirname(dirname(process.execPath));
  if (!fits(process.version) || !existsSync(join(headers, 'include/node/node_version.h'))) return null;
  return {
    path: process.execPath,
    headers,
    version: process.versions.node,
    abi: process.versions.modules,
    packaged: false,
  };
}

/** The packaged one, if npm finished installing it: npm writes its own list last. */
function packagedRuntime(root) {
  const headers = join(root, '.runtime/node_modules', `node-${platform()}`);
  const path = join(headers, 'bin/node');
  const complete = [
    path,
    join(headers, 'include/node/node_version.h'),
    join(root, '.runtime/node_modules/.package-lock.json'),
  ];
  if (!complete.every((file) => existsSync(file))) return null;
  try {
    const [version, abi] = JSON.parse(
      execFileSync(path, ['-p', 'JSON.stringify([process.versions.node, process.versions.modules])'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    return version === NODE_VERSION ? { path, headers, version, abi, packaged: true } : null;
  } catch {
    return null;
  }
}

async function installRuntime(root, lock) {
  if (!PACKAGES.includes(platform())) {
    throw new SetupProblem(
      `No Node ${NODE_VERSION} to be had for ${platform()}: install Node 22 (22.22.2 or newer) with its headers yourself.`,
    );
  }
  const title = `Node ${NODE_VERSION}, since this one is ${process.version} ${fits(process.version) ? 'without headers' : ''}`;
  await step(title.trimEnd(), async () => {
    rmSync(join(root, '.runtime/node_modules'), { recursive: true, force: true });
    const npm = npmCommand(process.execPath);
    const result = await run(
      npm.program,
      [
        ...npm.args,
        'install',
        '--prefix',
        join(root, '.runtime'),
        '--no-save',
        '--ignore-scripts',
        `node-${platform()}@${NODE_VERSION}`,
      ],
      { cwd: root, env: npm.env, logFile: join(root, '.runtime/npm-node.log'), onStart: (pid) => lock.running(pid) },
    );
    if (!result.ok) {
      throw new SetupProblem(
        `npm could not bring Node ${NODE_VERSION}; the end of ${result.logFile}:\n${lastLines(result.output(), 15)}`,
      );
    }
  });
  const runtime = packagedRuntime(root);
  if (runtime) return runtime;
  throw new SetupProblem(
    `The Node ${NODE_VERSION} from npm does not run on this machine (it needs glibc on Linux). Install Node 22 (22.22.2 or newer) with its headers yourself.`,
  );
}

function linkRuntime(root, path) {
  mkdirSync(join(root, '.runtime/bin'), { recursive: true });
  const draft = join(root, `.runtime/bin/node.${process.pid}`);
  symlinkSync(path, draft);
  renameSync(draft, join(root, '.runtime/bin/node'));
}

function platform() {
  return `${process.platform}-${process.arch}`;
}

function stampFile(root) {
  return join(root, '.runtime/ready.json');
}

/** Changes when the host's Node is replaced by another in the same place. */
function fileMark(path) {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${size} ${Math.floor(mtimeMs)}`;
  } catch {
    return null;
  }
}

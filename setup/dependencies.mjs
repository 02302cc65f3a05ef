/**
 * node_modules, as the lockfile has it, with its native parts built for the Node that runs Herald. The stamp stands inside
 * node_modules, and an installation begins by removing that folder: a broken-off one has no stamp.
 *
 * Not `npm ci`: it refuses a lockfile that lacks the optional packages of another platform, and ours does where the registry
 * that it was made with did not have them. `npm install --no-save` takes the same versions and integrities from the lockfile
 * and leaves it as it is; what `npm ci` checks besides is checked here, before and after.
 */

import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { npmCommand } from './npm.mjs';
import { lastLines, run, SetupProblem, step } from './progress.mjs';
import { readJson, writeStamp } from './stamp.mjs';

const TOOLCHAIN = [['python3'], ['make'], ['g++', 'c++', 'clang++']];

export function dependenciesReady(root, runtime) {
  const stamp = readJson(stampFile(root));
  return stamp !== null && JSON.stringify(stamp) === JSON.stringify(expectedStamp(root, runtime));
}

export async function bringDependencies(root, runtime, lock) {
  if (!(await adoptable(root, runtime, lock))) await install(root, runtime, lock);
  writeStamp(stampFile(root), expectedStamp(root, runtime));
}

/** Someone's own finished `npm ci` or `npm install` of the same lockfile is as good, if it was for this Node. */
async function adoptable(root, runtime, lock) {
  return matchesLockfile(root) && (await nativePartsLoad(root, runtime, lock)).ok;
}

async function install(root, runtime, lock) {
  const drift = lockfileDrift(root);
  if (drift.length > 0)
    throw new SetupProblem(`package.json and package-lock.json disagree on ${drift.join(', ')}: run npm install.`);
  await step('dependencies', async () => {
    rmSync(join(root, 'node_modules'), { recursive: true, force: true });
    await npm(root, runtime, lock, ['install', '--no-save', '--include=dev', '--ignore-scripts']);
  });
  if (!matchesLockfile(root)) {
    throw new SetupProblem('npm did not install what package-lock.json says; see .runtime/npm-install.log.');
  }
  if ((await nativePartsLoad(root, runtime, lock)).ok) return;
  const allowed = allowedScripts(root);
  await step(`native parts: ${allowed.join(', ')} (may have to be compiled: minutes)`, () =>
    npm(root, runtime, lock, ['rebuild', ...allowed]),
  );
  const check = await nativePartsLoad(root, runtime, lock);
  if (!check.ok) {
    throw new SetupProblem(`Native parts do not load under Node ${runtime.version}:\n${lastLines(check.output(), 10)}`);
  }
}

/** Whose install scripts run. Newer npm reads the same field; here it holds for older npm, too. */
function allowedScripts(root) {
  const { allowScripts } = readJson(join(root, 'package.json'));
  return Object.keys(allowScripts).filter((name) => allowScripts[name]);
}

async function npm(root, runtime, lock, args) {
  // Headers cannot be downloaded everywhere; the runtime has its own.
  // re2 asks for debug information, which nobody here looks at: without it compiling takes three quarters of the time.
  const flags = `${process.env.CXXFLAGS ?? ''} -g0`.trim();
  const command = npmCommand(runtime.path, { npm_config_nodedir: runtime.headers, CXXFLAGS: flags });
  const result = await run(command.program, [...command.args, ...args], {
    cwd: root,
    env: command.env,
    logFile: join(root, `.runtime/npm-${args[0]}.log`),
    onStart: (pid) => lock.running(pid),
  });
  if (result.ok) return;
  const missing = missingTools();
  const hint =
    missing.length > 0
      ? `\nre2 is compiled, and there is no ${missing.join(', no ')} here. Debian or Ubuntu: apt-get install -y g++ make python3. macOS: xcode-select --install.`
      : '';
  throw new SetupProblem(
    `npm ${args[0]} failed; the end of ${result.logFile}:\n${lastLines(result.output(), 20)}${hint}`,
  );
}

function nativePartsLoad(root, runtime, lock) {
  return run(runtime.path, [join(root, 'setup/native-parts.mjs')], {
    cwd: root,
    env: process.env,
    logFile: join(root, '.runtime/native-parts.log'),
    onStart: (pid) => lock.running(pid),
  });
}

/** Names of the direct dependencies that the lockfile was not made for. */
export function lockfileDrift(root) {
  const declared = readJson(join(root, 'package.json'));
  const locked = readJson(join(root, 'package-lock.json'))?.packages[''];
  return ['dependencies', 'devDependencies'].flatMap((field) => {
    const [wanted, known] = [declared?.[field] ?? {}, locked?.[field] ?? {}];
    return [...new Set([...Object.keys(wanted), ...Object.keys(known)])].filter((name) => wanted[name] !== known[name]);
  });
}

/** npm writes its list of what it installed at the very end. Optional packages come and go with the platform. */
export function matchesLockfile(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const installed = readJson(join(root, 'node_modules/.package-lock.json'))?.packages;
  if (!wanted || !installed) return false;
  const isAsLocked = (path) => {
    if (!installed[path]) return wanted[path].optional === true;
    if (!wanted[path]) return installed[path].optional === true;
    return installed[path].version === wanted[path].version && existsSync(join(root, path));
  };
  return [...Object.keys(wanted), ...Object.keys(installed)].filter((path) => path !== '').every(isAsLocked);
}

export function missingTools(path = process.env.PATH ?? '') {
  const has = (name) => path.split(delimiter).some((folder) => isExecutable(join(folder, name)));
  return TOOLCHAIN.filter((names) => !names.some(has)).map((names) => names[0]);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function expectedStamp(root, runtime) {
  const lockfile = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return { lockfile, node: runtime.version, abi: runtime.abi, platform: runtime.platform };
}

function stampFile(root) {
  return join(root, 'node_modules/.herald-ready.json');
}

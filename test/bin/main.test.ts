import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from '../../bin/commands.ts';
import { VERSION } from '../../gateway/version.ts';
import { herald } from './captured.ts';

test('--help names every command, and each command has its own help', async () => {
  const { code, out } = await herald(['--help']);
  assert.equal(code, 0);
  for (const { name } of COMMANDS) {
    assert.match(out, new RegExp(`^ {2}${name} `, 'm'));
    const help = await herald([name, '--help']);
    assert.equal(help.code, 0);
    assert.match(help.out, new RegExp(`^Usage: herald ${name}`));
    assert.match(help.out, /--config DIR/);
  }
});

test('--version tells which Herald this is', async () => {
  assert.deepEqual(await herald(['--version']), { code: 0, out: `herald ${VERSION}\n`, err: '' });
});

test('an unknown command is bad usage and is told what was probably meant', async () => {
  assert.deepEqual(await herald(['statsu']), {
    code: 2,
    out: '',
    err: 'herald: unknown command "statsu"; did you mean status?\nherald --help says more.\n',
  });
  assert.equal((await herald([])).code, 2);
});

test('bad usage of a command points to its own help', async () => {
  const { code, err } = await herald(['send']);
  assert.equal(code, 2);
  assert.match(err, /something is missing: herald send FILE\|-.*\nherald send --help says more/);
});

test('run knows its roles; the console is not among them yet', async () => {
  const nats = { NATS_URL: 'nats://127.0.0.1:4222' };
  assert.match((await herald(['run', 'actor'], nats)).err, /unknown role "actor"; did you mean actors\?/);
  const console = await herald(['run', 'console'], nats);
  assert.equal(console.code, 2);
  assert.match(console.err, /the console comes with a later version/);
  assert.doesNotMatch((await herald(['run', '--help'])).out, /console/);
});

test('a role that runs apart needs to know which NATS', async () => {
  const { code, err } = await herald(['run', 'actors']);
  assert.equal(code, 2);
  assert.match(err, /set NATS_URL/);
});

test('everything that is wrong with the environment is said at once, without a password', async () => {
  const { code, err } = await herald(['status'], {
    HERALD_LISTEN: 'nowhere',
    HERALD_PARTITIONS: '0',
    DATABASE_URL: 'postgres://me:secret@db/herald',
  });
  assert.equal(code, 2);
  assert.match(err, /HERALD_LISTEN=nowhere: host:port/);
  assert.match(err, /HERALD_PARTITIONS=0: a whole number of 1 to/);
  assert.match(err, /DATABASE_URL=.*PostgreSQL is not supported yet/);
  assert.doesNotMatch(err, /secret/);
});

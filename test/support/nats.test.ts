import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startNats } from './nats.ts';
import { until } from './until.ts';

test('a server keeps its port and its JetStream over kill -9 and restart, and leaves nothing behind', async () => {
  const server = await startNats();
  const connection = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  const manager = await jetstreamManager(connection, { timeout: 250 });
  await manager.streams.add({ name: 'S', subjects: ['s'] });
  await jetstream(connection).publish('s', 'kept');
  const { pid } = server;

  await server.kill9();
  assert.equal(isAlive(pid), false);
  await server.restart();
  assert.notEqual(server.pid, pid);
  const info = await until('the stream to be there again', () => manager.streams.info('S'));
  assert.equal(info.state.messages, 1);

  await connection.close();
  await server.stop();
  assert.equal(isAlive(server.pid), false);
  assert.equal(existsSync(server.storeDir), false);
});

test('two servers stand beside each other on ports of their own', async () => {
  const [one, other] = await Promise.all([startNats(), startNats()]);
  assert.notEqual(one.port, other.port);
});

test('a frozen server still ends', async () => {
  const server = await startNats();
  await server.freeze();
  await server.stop();
  assert.equal(isAlive(server.pid), false);
});

test('a configuration that the server refuses is told with its log', async () => {
  await assert.rejects(startNats({ config: 'jetstream: { ' }), /ended at once:\n.*Parse error on line/);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

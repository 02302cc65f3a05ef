import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { decodeFrame } from '../../bus/frame.ts';
import type { PartitionName } from '../../bus/partition.ts';
import type { Probe } from '../../channels/sender.ts';
import { startProbes } from '../../gateway/channel-probes.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import '../support/leaks.ts';

const OWNED: readonly PartitionName[] = ['c0'];

function probing(answers: Record<string, () => Promise<Probe | null>>, owned = OWNED) {
  const clock = new FakeClock();
  const told: unknown[] = [];
  const world = { owned, told, clock };
  const probes = startProbes({
    count: { alert: 1, channel: 1 },
    clock,
    log: silentLog,
    publisher: {
      async publish(partition, data) {
        const [entry] = decodeFrame(data).entries;
        assert.ok(entry?.kind === 'probe');
        told.push([partition, entry.channel, entry.health, entry.detail]);
        return 1;
      },
    },
    channels: () => Object.keys(answers).map((name) => ({ tenant: 'default', name })),
    owned: () => world.owned,
    probe: (_tenant, name) => answers[name]!(),
  });
  return { ...world, world, probes };
}

test('[BR-NOT-024] the owner of a channel asks its provider, and tells when the answer is another', async () => {
  let health: Probe = { kind: 'healthy', detail: 'EHLO' };
  const { told, clock, probes } = probing({ mail: async () => health, console: async () => null });
  await turn();
  assert.deepEqual(told, [['c0', 'mail', 'healthy', 'EHLO']]);
  await clock.advanceAndSettle(60_000);
  await turn();
  assert.equal(told.length, 1, 'the same is not told again');
  health = { kind: 'failed', detail: 'connection refused' };
  await clock.advanceAndSettle(60_000);
  await turn();
  assert.deepEqual(told.at(-1), ['c0', 'mail', 'failed', 'connection refused']);
  probes.stop();
  assert.equal(clock.pending, 0);
});

test('[BR-NOT-024] nobody else asks, and one that does not answer holds up no other', async () => {
  const { told, clock, probes } = probing({
    stuck: () => new Promise(() => {}),
    mail: async () => ({ kind: 'healthy', detail: 'EHLO' }),
  });
  await turn();
  assert.deepEqual(told, [['c0', 'mail', 'healthy', 'EHLO']]);
  probes.stop();
  void clock;
  const other = probing({ mail: async () => assert.fail('asked') }, []);
  await turn();
  assert.deepEqual(other.told, []);
  other.probes.stop();
});

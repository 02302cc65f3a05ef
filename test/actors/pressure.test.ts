/** What a partition does when what it decided cannot go out, or what it took in is not dropped. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type FramePublisher, framePublisher, ingestFill } from '../../bus/ingest.ts';
import { IngestFull } from '../../bus/publish.ts';
import { until } from '../support/until.ts';
import {
  alertOf,
  putIn,
  readJournals,
  reported,
  settled,
  type TestWorker,
  type TestWorkerOptions,
  workersOn,
} from '../support/worker.ts';

const COUNT = { alert: 1, channel: 1 };

const rig = workersOn(COUNT);

async function launch(id: string, options: Partial<TestWorkerOptions> = {}): Promise<TestWorker> {
  const launched = await rig.launch(id, options);
  await settled(launched);
  return launched;
}

/** The inbox stream refuses everything while `full`. */
function refusing(): { full: boolean; refused: number } & FramePublisher {
  const real = framePublisher(rig.bus);
  return {
    ...real,
    full: true,
    refused: 0,
    publish(partition, data, messageId) {
      if (!this.full) return real.publish(partition, data, messageId);
      this.refused++;
      return Promise.reject(new IngestFull('full'));
    },
  };
}

test('[BR-REL-003] effects that cannot go out hold up the input of their partition, not the process, and all go out later', async () => {
  const publisher = refusing();
  const one = await launch('one', { publisher, maxPendingFrames: 1, throughStreams: true });
  const names = Array.from({ length: 5 }, (_, i) => `Held${i}`);
  await putIn(rig.bus, COUNT, [reported(alertOf({ alertname: names[0]! }))]);
  await until('the first effect to be refused', () => publisher.refused > 0);
  for (const alertname of names.slice(1)) await putIn(rig.bus, COUNT, [reported(alertOf({ alertname }))]);
  const tries = publisher.refused;
  await until('the first effect to be tried again', () => publisher.refused > tries + 3);
  await turn();
  publisher.full = false;
  const told = () => new Set(one.sent.map(({ notification }) => notification.groupLabels.alertname));
  await until('every alert to be told', () => names.every((name) => told().has(name)));
  assert.equal(one.sent.length, names.length);
});

test('[BR-ERR-009] what no message can carry becomes a dead letter; the alerts behind it are told', async () => {
  const one = await launch('one', { throughStreams: true });
  const huge = alertOf({ alertname: 'h'.repeat(400 * 1024) });
  await putIn(rig.bus, COUNT, [reported(huge), reported(alertOf({ alertname: 'Behind' }))]);
  await until('the alert behind it to be told', () =>
    one.sent.some(({ notification }) => notification.groupLabels.alertname === 'Behind'),
  );
  const letter = await until('the dead letter', async () => {
    const records = [...(await readJournals(rig.bus, COUNT)).values()].flat();
    const events = records.flatMap((record) => (record.kind === 'commit' ? record.commit.events : []));
    return events.find((event) => event.type === 'input.dead-lettered');
  });
  assert.ok(letter.type === 'input.dead-lettered' && letter.entry.kind === 'group');
  assert.equal(letter.entry.alert.fingerprint, huge.fingerprint);
  assert.equal(letter.reasons[0]?.code, 'dead-letter.too-large');
});

test('[BR-REL-003] what a former owner took in and had not dropped from the inbox yet is dropped by its successor, without new input', async () => {
  const one = await launch('one');
  await putIn(rig.bus, COUNT, [reported(alertOf({ alertname: 'Left' }))]);
  await until('it to be told', () => one.sent.length === 1);
  await one.crash();
  rig.keep();
  const inbox = async () => (await ingestFill(rig.bus, COUNT)).messages;
  assert.ok((await inbox()) > 0);
  await launch('two');
  await until('the inbox to be empty', async () => (await inbox()) === 0);
});

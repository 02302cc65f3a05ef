import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupEvent } from '../../alert/event.ts';
import { reason } from '../../alert/reason.ts';
import { Projector } from '../../archive/project.ts';
import { QUERIES } from '../../archive/queries/registry.ts';
import { STEPS } from '../../archive/queries/step-inputs.ts';
import type { Step } from '../../archive/queries/steps.ts';
import type { JournalEvent } from '../../bus/journal.ts';
import { silentLog } from '../../telemetry/log.ts';
import { newArchive } from './archive-file.ts';
import { byPerson, commits, delivery, fingerprintOf, flushed, joined, opened, repeated, T0 } from './journal-of.ts';

async function stepsOf(...lists: JournalEvent[][]): Promise<ReadonlyMap<string, Step>> {
  const database = await newArchive();
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(...lists) }]);
  const asked = { tenant: 'acme', fingerprint: fingerprintOf(1) };
  const answer = (await QUERIES.get('alert')!(database.reader, asked)) as { steps: Step[] };
  return new Map(answer.steps.map((step) => [step.step, step]));
}

const codes = (step: Step | undefined) => step?.reasons.map(({ code }) => code);
const begun: JournalEvent[] = [opened(1, 'r1'), joined(1)];

test('[BR-AP-020] each reason stands at its step, in the order of deciding, with what the step looked at', async () => {
  const steps = await stepsOf(
    begun,
    [flushed('g0', T0 + 10, { told: 'n1', firing: [1] }), delivery('queued', 'n1', [1], T0 + 10)],
    [delivery('delivered', 'n1', [], T0 + 12), repeated(1, 'r2', 2, T0 + 20), repeated(1, 'r3', 3, T0 + 30)],
    [byPerson('alert.acknowledged', 1, T0 + 40)],
  );
  assert.deepEqual([...steps.keys()], STEPS);
  assert.equal(steps.get('normalise')?.input['label alertname'], 'HighLatency');
  assert.deepEqual(steps.get('classify')?.input, { tenant: 'acme', namespace: 'shop-prod' });
  assert.deepEqual(codes(steps.get('classify')), ['environment.pattern']);
  assert.equal(steps.get('classify')?.reasons[0]?.policy, 'p1');
  assert.deepEqual(codes(steps.get('priority')), ['priority.environment']);
  assert.deepEqual(
    steps.get('lifecycle')?.reasons.map(({ code, times, detail }) => [code, times, detail]),
    [
      ['alert.opened', 1, reason('alert.opened').detail],
      ['alert.repeated', 2, `${reason('alert.repeated').detail} (3 occurrences)`],
      ['alert.acknowledged', 1, 'by ada: on it'],
    ],
  );
  assert.deepEqual(codes(steps.get('route')), ['route.matched']);
  assert.deepEqual(
    steps.get('deliver')?.reasons.map(({ code, channel }) => `${code} ${channel}`),
    ['group.new-firing ops', 'group.resolved-unwanted pager', 'delivery.queued ops', 'delivery.delivered ops'],
  );
  assert.match(steps.get('deliver')!.reasons[0]!.detail, /, notification n1$/);
});

test('[BR-AP-020] reasons and group events of kinds that nobody foresaw are shown all the same', async () => {
  const moon = { code: 'moon.full', detail: 'by Calendar moon' } as never;
  const changed = { ...opened(1, 'r1'), reasons: [reason('alert.opened'), moon] } as JournalEvent;
  const event = { type: 'group.moved', key: 'g0', at: T0 + 5, channels: ['ops'], reasons: [moon] };
  const steps = await stepsOf([changed, joined(1)], [event as unknown as GroupEvent]);
  assert.deepEqual([...steps.keys()], [...STEPS, 'moon']);
  assert.deepEqual(steps.get('moon')?.reasons[0], {
    ...(moon as object),
    at: null,
    times: 1,
    channel: null,
    policy: 'p1',
  });
  const [told] = steps.get('group')!.reasons;
  assert.deepEqual([told?.code, told?.channel], ['moon.full', 'ops']);
});

test('[BR-AP-020] the answer for a receiver says that it was told that somebody took it on', async () => {
  const database = await newArchive();
  const taken = flushed('g0', T0 + 50, { told: 'n2', firing: [1] }) as Extract<GroupEvent, { type: 'group.flushed' }>;
  const [ops, pager] = taken.decisions;
  const decisions = [{ ...ops!, reasons: [reason('group.acknowledged', 'by ada')] }, pager!];
  const lists = [
    begun,
    [flushed('g0', T0 + 10, { told: 'n1', firing: [1] }), delivery('queued', 'n1', [1], T0 + 10)],
    [delivery('delivered', 'n1', [], T0 + 12), byPerson('alert.acknowledged', 1, T0 + 40)],
    [{ ...taken, decisions, aside: true as const }, delivery('queued', 'n2', [1], T0 + 50)],
    [delivery('delivered', 'n2', [], T0 + 52)],
  ];
  await new Projector(database, silentLog).project([{ partition: 'a0', records: commits(...lists) }]);
  const asked = { tenant: 'acme', fingerprint: fingerprintOf(1) };
  const answer = (await QUERIES.get('alert')!(database.reader, asked)) as { receivers: { answer: string }[] };
  assert.match(answer.receivers[0]!.answer, /^told that somebody took it on at /);
});

test('[BR-AP-L22] what people wrote is shown with the life of the alert, however much came after it', async () => {
  const later = Array.from({ length: 12 }, (_, i) => byPerson('alert.closed', 1, T0 + 100 + i));
  const steps = await stepsOf(begun, [byPerson('alert.commented', 1, T0 + 50)], later);
  const [first, ...others] = steps.get('lifecycle')!.reasons;
  assert.deepEqual([first?.code, first?.detail], ['alert.commented', 'by ada: on it']);
  assert.equal(others.length, 10);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import type { AlertAction, CommandEntry } from '../../alert/entry.ts';
import { fingerprint } from '../../alert/fingerprint.ts';
import { type AlertCommand, type AlertState, alertDueAt, decideAlert, evolveAlert } from '../../alert/lifecycle.ts';
import { DEFAULT_LIFECYCLE } from '../../alert/lifecycle-policy.ts';
import type { Policy } from '../../alert/policy.ts';
import { annotationsOf } from '../../alert/stored-alert.ts';
import { pack, unpack } from '../../bus/pack.ts';
import { aChannel, aPolicy, aRoute } from '../support/fake-policy.ts';

const LABELS = { alertname: 'X', namespace: 'prod-a' };
const FINGERPRINT = fingerprint(LABELS);
const START = 1_000_000;
const POLICY = aPolicy();
const { ageAfter: AGE_AFTER, forgetAfter: FORGET_AFTER } = DEFAULT_LIFECYCLE;

function report(change: Partial<Alert> = {}): AlertCommand & { kind: 'report' } {
  const alert: Alert = {
    tenant: 't',
    fingerprint: FINGERPRINT,
    status: 'firing',
    labels: LABELS,
    annotations: { summary: 's' },
    startsAt: START,
    endsAt: null,
    generatorURL: 'http://p',
    source: 'am',
    ...change,
  };
  return { kind: 'report', alert, cause: { receipt: 'r', index: 0 } };
}

const resolved = (endsAt: number) => report({ status: 'resolved', endsAt });
const TICK: AlertCommand = { kind: 'tick' };

function person(action: AlertAction, id = action as string): AlertCommand {
  const entry = { kind: 'command' as const, id, tenant: 't', fingerprint: FINGERPRINT, action };
  return { kind: 'command', entry: { ...entry, by: 'ann', comment: '', replyTo: 'x' } };
}

/** Carries a list of commands out, and remembers what the last one led to. */
function live(commands: readonly (readonly [AlertCommand, number, Policy?])[], from: AlertState | null = null) {
  let state = from;
  let last = decideAlert(null, TICK, 0, POLICY);
  for (const [command, at, policy] of commands) {
    last = decideAlert(state, command, at, policy ?? POLICY);
    for (const event of last.events) state = evolveAlert(state, event);
  }
  const [event] = last.events;
  const codes = event !== undefined && 'reasons' in event ? event.reasons.map((one) => one.code) : [];
  return { state, event, codes, effects: last.effects, reply: last.reply };
}

describe('reports', () => {
  test('[BR-AP-L21] the first firing report opens the alert, classifies it and tells its group', () => {
    const { state, event, codes, effects } = live([[report(), START]]);
    assert.equal(event?.type, 'alert.opened');
    assert.deepEqual(codes, ['alert.opened', 'environment.pattern', 'priority.environment', 'route.matched']);
    assert.equal(state?.phase, 'firing');
    assert.equal(state?.episode, 1);
    assert.equal(effects.length, 1);
    assert.equal(effects[0]?.group.key, '{}:{alertname="X"}');
    assert.equal(effects[0]?.alert.environment, 'production');
    assert.equal(effects[0]?.alert.status, 'firing');
  });

  test('[BR-AP-026] routing sees what Herald decided, and a sender cannot forge it', () => {
    const seen: Record<string, string>[] = [];
    const policy: Policy = {
      ...POLICY,
      route: (_tenant, labels) => {
        seen.push({ ...labels });
        return [];
      },
    };
    const forged = { ...LABELS, environment: 'testing', priority: 'P5', tenant: 'other', owner: 'me' };
    live([[report({ labels: forged }), START, policy]]);
    const unknown = { businessUnit: '', owner: '', criticality: '' };
    assert.deepEqual(seen, [{ ...LABELS, ...unknown, environment: 'production', priority: 'P1', tenant: 't' }]);
  });

  test('an alert that no route matches is kept, visibly told to nobody', () => {
    const { state, codes, effects } = live([[report(), START, { ...POLICY, route: () => [] }]]);
    assert.equal(state?.phase, 'firing');
    assert.ok(codes.includes('route.none'));
    assert.deepEqual(effects, []);
  });

  test('[BR-WH-008] the same report again is counted and does nothing else', () => {
    const { state, event, effects } = live([
      [report(), START],
      [report({ endsAt: START + 9 }), START + 5],
    ]);
    assert.equal(event?.type, 'alert.repeated');
    assert.deepEqual([state?.occurrences, state?.lastSeen, state?.endsAt], [2, START + 5, START + 9]);
    assert.deepEqual(effects, []);
  });

  test('new annotations update the alert and its groups', () => {
    const { state, event, effects } = live([
      [report(), START],
      [report({ annotations: { summary: 'worse' } }), START + 5],
    ]);
    assert.equal(event?.type, 'alert.updated');
    assert.deepEqual(annotationsOf(state?.annotationsText ?? ''), { summary: 'worse' });
    assert.equal(effects[0]?.alert.annotations.summary, 'worse');
  });

  test('a resolved report ends it and tells its groups', () => {
    const { state, event, effects } = live([
      [report(), START],
      [resolved(START + 7), START + 8],
    ]);
    assert.equal(event?.type, 'alert.resolved');
    assert.equal(state?.phase, 'resolved');
    assert.deepEqual([effects[0]?.alert.status, effects[0]?.alert.endsAt], ['resolved', START + 7]);
  });

  test('an end at the very start of the episode ends it', () => {
    const { state } = live([
      [report(), START],
      [resolved(START), START + 1],
    ]);
    assert.equal(state?.phase, 'resolved');
  });

  test('an end before the start ends it where the report names that very start: the clock of its sender was ahead', () => {
    const { state, effects } = live([
      [report(), START - 5],
      [resolved(START - 2), START - 1],
    ]);
    assert.equal(state?.phase, 'resolved');
    assert.deepEqual([effects[0]?.alert.status, effects[0]?.alert.endsAt], ['resolved', START - 2]);
  });

  const ignored: readonly [string, (readonly [AlertCommand, number])[], string][] = [
    ['that was never firing', [[resolved(START), START]], 'alert.unknown'],
    [
      'that ended already',
      [
        [report(), START],
        [resolved(START + 1), START + 1],
        [resolved(START + 1), START + 2],
      ],
      'alert.already-ended',
    ],
    [
      'whose newer episode fires',
      [
        [report(), START],
        [report({ status: 'resolved', startsAt: START - 9, endsAt: START - 1 }), START + 2],
      ],
      'alert.stale',
    ],
  ];
  for (const [what, commands, code] of ignored) {
    test(`a resolved report of an alert ${what} is ignored with the reason ${code}`, () => {
      const { event, codes, effects } = live(commands);
      assert.equal(event?.type, 'alert.ignored');
      assert.deepEqual(codes, [code]);
      assert.deepEqual(effects, []);
    });
  }

  test('firing again after the end opens the next episode', () => {
    const { state, codes, effects } = live([
      [report(), START],
      [resolved(START + 1), START + 1],
      [report({ startsAt: START + 2 }), START + 2],
    ]);
    assert.equal(state?.episode, 2);
    assert.equal(state?.occurrences, 1);
    assert.equal(codes[0], 'alert.reopened');
    assert.equal(effects.length, 1);
  });
});

describe('a new policy', () => {
  const byName = aRoute({ groupBy: ['alertname'], channels: ['ops'] });
  const slower = aPolicy({ hash: 'p2', root: { ...byName, repeatInterval: 1 } });
  const elsewhere = aPolicy({ hash: 'p3', root: { ...byName, groupBy: ['namespace'] } });

  test('[BR-CFG-001] routes an alert again when it is next reported', () => {
    const { event, effects, state } = live([
      [report(), START],
      [report(), START + 1, elsewhere],
    ]);
    assert.ok(event?.type === 'alert.repeated' && event.routing?.policy === 'p3');
    assert.deepEqual(
      effects.map(({ group, alert }) => [group.key, alert.rerouted]),
      [
        ['{}:{namespace="prod-a"}', undefined],
        ['{}:{alertname="X"}', true],
      ],
    );
    assert.equal(state?.policy, 'p3');
    const next = decideAlert(state, report(), START + 2, elsewhere);
    assert.deepEqual(next.effects, [], 'the group that it left is told that once');
  });

  test('tells a group whose timing changed, and leaves one alone for which nothing changed', () => {
    const changed = live([
      [report(), START],
      [report(), START + 1, slower],
    ]);
    assert.equal(changed.effects[0]?.group.timing.repeatInterval, 1);
    const same = live([
      [report(), START],
      [report(), START + 1, aPolicy({ hash: 'p4' })],
    ]);
    assert.deepEqual(same.effects, []);
    assert.equal(same.state?.policy, 'p4');
  });

  test('[BR-ERR-011] the groups of before hear of the end too', () => {
    const { effects } = live([
      [report(), START],
      [report(), START + 1, elsewhere],
      [resolved(START + 2), START + 2, elsewhere],
    ]);
    assert.deepEqual(effects.map((effect) => effect.group.key).sort(), [
      '{}:{alertname="X"}',
      '{}:{namespace="prod-a"}',
    ]);
    assert.ok(effects.every((effect) => effect.alert.status === 'resolved'));
  });
});

describe('people', () => {
  test('[BR-AP-L22] acknowledging keeps it active, also when it repeats', () => {
    const acknowledged = live([
      [report(), START],
      [person('acknowledge'), START + 1],
    ]);
    assert.deepEqual([acknowledged.reply?.ok, acknowledged.reply?.status], [true, 200]);
    assert.deepEqual(
      acknowledged.effects.map(({ alert }) => [alert.status, alert.acknowledged]),
      [['firing', true]],
      'its groups are told, or they would escalate',
    );
    const { state } = live([[report(), START + 2]], acknowledged.state);
    assert.equal(state?.phase, 'acknowledged');
    const { effects } = live([[report({ annotations: { summary: 'worse' } }), START + 3]], state);
    assert.equal(effects[0]?.alert.acknowledged, true, 'new content does not forget it');
  });

  test('[BR-AP-L22] closing ends it for its groups', () => {
    const { state, effects } = live([
      [report(), START],
      [person('acknowledge'), START + 1],
      [person('close'), START + 2],
    ]);
    assert.equal(state?.phase, 'closed');
    assert.equal(effects[0]?.alert.status, 'resolved');
  });

  test('a closed alert stays closed while the same episode is reported, and opens with the next', () => {
    const closed = live([
      [report(), START],
      [person('close'), START + 1],
    ]).state;
    const again = live([[report(), START + FORGET_AFTER]], closed);
    assert.equal(again.event?.type, 'alert.repeated');
    assert.equal(again.state?.phase, 'closed');
    assert.deepEqual(again.effects, []);
    const tick = live([[TICK, START + 2 * FORGET_AFTER]], again.state);
    assert.equal(tick.state?.phase, 'closed', 'it is not forgotten while its sender still reports it');
    assert.equal(live([[report({ startsAt: START + 1 }), START + 2]], closed).codes[0], 'alert.reopened');
  });

  const refused: readonly [string, (readonly [AlertCommand, number])[], number][] = [
    ['anything unknown', [[person('close'), START]], 404],
    [
      'acknowledging twice',
      [
        [report(), START],
        [person('acknowledge', 'a'), START],
        [person('acknowledge', 'b'), START],
      ],
      409,
    ],
    [
      'closing what has ended',
      [
        [report(), START],
        [resolved(START + 1), START + 1],
        [person('close'), START + 2],
      ],
      409,
    ],
  ];
  for (const [what, commands, status] of refused) {
    test(`[BR-AP-L22] ${what} is refused with ${status}`, () => {
      const { event, reply, effects } = live(commands);
      assert.equal(event?.type, 'command.refused');
      assert.deepEqual([reply?.ok, reply?.status], [false, status]);
      assert.deepEqual(effects, []);
    });
  }

  test('the same command again gets the same answer and changes nothing', () => {
    const first = live([
      [report(), START],
      [person('close', 'c1'), START + 1],
      [person('acknowledge', 'c2'), START + 2],
    ]);
    for (const [id, status] of [
      ['c1', 200],
      ['c2', 409],
    ] as const) {
      const again = live([[person('close', id), START + 3]], first.state);
      assert.equal(again.event, undefined);
      assert.equal(again.reply?.status, status);
      assert.deepEqual(again.effects, []);
    }
  });
});

describe('how long an alert is open', () => {
  const spans = (...commands: (readonly [AlertCommand, number])[]) => {
    let state: AlertState | null = null;
    return commands.flatMap(([command, now]) => {
      const { events } = decideAlert(state, command, now, POLICY);
      for (const event of events) state = evolveAlert(state, event);
      return events.flatMap((event) =>
        'openFor' in event
          ? [
              `${event.type} ${event.openFor} ${event.environment}${event.takenFor === undefined ? '' : ` taken for ${event.takenFor}`}`,
            ]
          : [],
      );
    });
  };

  test('[BR-AP-L25] is said when somebody takes it on and when it ends, from its opening on, whatever came between', () => {
    assert.deepEqual(spans([report(), START], [person('acknowledge'), START + 5], [resolved(START + 9), START + 9]), [
      'alert.acknowledged 5 production',
      'alert.resolved 9 production taken for 4',
    ]);
    const again = report({ startsAt: START + 20 });
    assert.deepEqual(
      spans([report(), START], [person('close'), START + 5], [again, START + 20], [TICK, START + 20 + AGE_AFTER]),
      ['alert.closed 5 production', `alert.aged ${AGE_AFTER} production`],
    );
  });
});

describe('time', () => {
  test('an alert whose end time passes is resolved by itself', () => {
    const { event, codes, effects } = live([
      [report({ endsAt: START + 10 }), START],
      [TICK, START + 10],
    ]);
    assert.ok(event?.type === 'alert.resolved' && event.cause === null && event.endsAt === START + 10);
    assert.deepEqual(codes, ['alert.expired']);
    assert.equal(effects[0]?.alert.status, 'resolved');
  });

  test('[BR-AP-L24] an alert not heard of ages, and its groups hear that it ended', () => {
    const { state, effects } = live([
      [report(), START],
      [TICK, START + AGE_AFTER],
    ]);
    assert.equal(state?.phase, 'aged');
    assert.equal(effects[0]?.alert.status, 'resolved');
  });

  test('[BR-AP-L24] an end time in the far future does not keep a silent alert from ageing', () => {
    const { state } = live([
      [report({ endsAt: START + 2 * AGE_AFTER }), START],
      [TICK, START + AGE_AFTER],
    ]);
    assert.equal(state?.phase, 'aged');
  });

  test('[BR-AP-L24] an ended alert is forgotten after a while', () => {
    const ended = live([
      [report(), START],
      [resolved(START + 1), START + 1],
    ]).state;
    assert.equal(live([[TICK, START + FORGET_AFTER]], ended).state, ended);
    const { state, event } = live([[TICK, START + 1 + FORGET_AFTER]], ended);
    assert.equal(event?.type, 'alert.forgotten');
    assert.equal(state, null);
  });
});

const anyReport = fc
  .record({ firing: fc.boolean(), start: fc.nat(3), end: fc.option(fc.nat(6)), text: fc.constantFrom('a', 'b') })
  .map(({ firing, start, end, text }) =>
    report({
      status: firing ? 'firing' : 'resolved',
      startsAt: START + start * 1000,
      endsAt: end === null ? null : START + end * 1000,
      annotations: { summary: text },
    }),
  );
const anyCommand: fc.Arbitrary<AlertCommand> = fc.oneof(
  { weight: 4, arbitrary: anyReport },
  fc
    .tuple(fc.constantFrom<AlertAction>('acknowledge', 'close'), fc.nat(5))
    .map(([action, id]) => person(action, `${id}`)),
  fc.constant(TICK),
);
const POLICIES = [
  POLICY,
  aPolicy({ hash: 'p2', lifecycle: { ageAfter: 2000 }, root: aRoute({ channels: ['a'], groupBy: ['namespace'] }) }),
  aPolicy({ hash: 'p3', channels: [aChannel('b')] }),
  aPolicy({ hash: 'p4', root: aRoute({ channels: ['b'], groupBy: [] }) }),
];
const anyHistory = fc.array(fc.tuple(anyCommand, fc.nat(3000), fc.constantFrom(...POLICIES)), { maxLength: 40 });

function replay(history: readonly (readonly [AlertCommand, number, Policy])[], each: (step: Step) => void): void {
  let state: AlertState | null = null;
  let now = START;
  for (const [command, wait, policy] of history) {
    now += wait;
    const before: AlertState | null = state;
    const decision = decideAlert(before, command, now, policy);
    for (const event of decision.events) state = evolveAlert(state, event);
    each({ before, after: state, command, now, policy, decision });
  }
}

interface Step {
  readonly before: AlertState | null;
  readonly after: AlertState | null;
  readonly command: AlertCommand;
  readonly now: number;
  readonly policy: Policy;
  readonly decision: ReturnType<typeof decideAlert>;
}

describe('over any history', () => {
  test('[BR-WH-015] every report leads to exactly one event with its cause, and names a reason', () => {
    fc.assert(
      fc.property(anyHistory, (history) =>
        replay(history, ({ command, decision }) => {
          const caused = decision.events.filter((event) => 'cause' in event && event.cause !== null);
          assert.equal(caused.length, command.kind === 'report' ? 1 : 0);
          if (command.kind === 'report') assert.ok(caused.every((e) => 'cause' in e && e.cause === command.cause));
          for (const event of decision.events) assert.ok(!('reasons' in event) || event.reasons.length > 0);
          assert.equal(decision.reply !== undefined, command.kind === 'command');
        }),
      ),
    );
  });

  test('[BR-WH-008] repeating any report changes nothing but the count and the time, and tells nobody', () => {
    fc.assert(
      fc.property(anyHistory, (history) =>
        replay(history, ({ after, command, now, policy }) => {
          if (command.kind !== 'report' || after === null) return;
          const { events, effects } = decideAlert(after, command, now, policy);
          const again = evolveAlert(after, events[0]!)!;
          assert.deepEqual({ ...again, occurrences: 0, lastSeen: 0 }, { ...after, occurrences: 0, lastSeen: 0 });
          assert.deepEqual(effects, []);
        }),
      ),
    );
  });

  test('an active alert is due in time, and a tick at that time changes it; before it, nothing', () => {
    fc.assert(
      fc.property(anyHistory, (history) =>
        replay(history, ({ after, now, policy }) => {
          if (after === null) return;
          const due = alertDueAt(after, policy);
          assert.equal(decideAlert(after, TICK, Math.max(due, now), policy).events.length, 1);
          if (due > now) assert.equal(decideAlert(after, TICK, due - 1, policy).events.length, 0);
        }),
      ),
    );
  });

  test('every group that was told of an episode hears of its end', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const told = new Set<string>();
        replay(history, ({ after, decision }) => {
          for (const { group, alert } of decision.effects) {
            if (alert.status === 'firing') told.add(group.id);
            else told.delete(group.id);
          }
          const isActive = after?.phase === 'firing' || after?.phase === 'acknowledged';
          if (!isActive) assert.equal(told.size, 0);
        });
      }),
    );
  });

  test('the state survives a snapshot and deciding changes nothing in it', () => {
    fc.assert(
      fc.property(anyHistory, (history) =>
        replay(history, ({ before, after, command, now, policy }) => {
          assert.deepEqual(unpack(pack(after)), after);
          const copy = unpack(pack(before));
          decideAlert(before, command, now, policy);
          assert.deepEqual(before, copy);
        }),
      ),
    );
  });
});

describe('comments', () => {
  const comment = (change: Partial<CommandEntry> = {}): AlertCommand => {
    const { entry } = person('comment') as Extract<AlertCommand, { kind: 'command' }>;
    return { kind: 'command', entry: { ...entry, comment: 'it was the disk', ...change } };
  };

  test('[BR-AP-L22] a comment is taken in every phase, tells nobody and changes nothing else', () => {
    const end = resolved(START + 1);
    for (const before of [
      [report()],
      [report(), person('acknowledge')],
      [report(), end],
      [report(), person('close')],
    ]) {
      const { state } = live(before.map((command, i) => [command, START + i]));
      const after = live([[comment(), START + 10]], state);
      assert.equal(after.reply?.status, 200);
      assert.deepEqual(after.effects, []);
      const { commands, ...rest } = after.state!;
      assert.deepEqual(rest, (({ commands: _, ...others }) => others)(state!));
      assert.equal(commands.at(-1)?.id, 'comment');
      const { event } = after;
      assert.ok(event?.type === 'alert.commented');
      assert.deepEqual([event.by, event.comment, event.at], ['ann', 'it was the disk', START + 10]);
    }
  });

  test('[BR-AP-L22] the same comment is kept once; one that says nothing is refused', () => {
    const { state } = live([
      [report(), START],
      [comment(), START + 1],
    ]);
    const again = live([[comment(), START + 2]], state);
    assert.deepEqual([again.event, again.reply?.status], [undefined, 200]);
    assert.equal(live([[comment({ id: 'other', comment: ' \n' }), START + 3]], state).reply?.status, 422);
  });

  test('[BR-AP-L22] of an alert that nobody remembers it is taken where the archive knows it', () => {
    assert.equal(live([[comment(), START]]).reply?.status, 404);
    const kept = live([[comment({ known: true }), START]]);
    assert.deepEqual([kept.reply?.status, kept.event?.type, kept.state], [200, 'alert.commented', null]);
  });
});

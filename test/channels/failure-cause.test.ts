import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SEVERITIES, severityOf, takesOver } from '../../channels/failing.ts';
import { FAILURE_TYPES, type FailureType } from '../../channels/failure.ts';
import { type ChannelStanding, describeCause, failureCauses } from '../../channels/failure-cause.ts';

const T0 = Date.parse('2026-11-26T05:40:00Z');

function failing(name: string, channelType: string, type: FailureType, host: string, since = T0): ChannelStanding {
  return { name, channelType, failing: { type, host, since }, deliveredAt: null };
}

function working(name: string, channelType: string, deliveredAt: number | null): ChannelStanding {
  return { name, channelType, failing: null, deliveredAt };
}

test('[BR-ERR-005] channels that meet the same at one host are one cause, with the earliest time', () => {
  const causes = failureCauses([
    failing('slackhook', 'webhook', 'dns', 'hooks.example', T0 + 60_000),
    failing('chat', 'chat', 'dns', 'hooks.example'),
    failing('mail', 'email', 'credentials', 'mail.example'),
    working('pager', 'pagerduty', T0 + 1),
  ]);
  assert.deepEqual(causes, [
    { kind: 'host', type: 'dns', of: 'hooks.example', since: T0, channels: ['chat', 'slackhook'] },
  ]);
  assert.equal(
    describeCause(causes[0]!),
    '2 channels cannot resolve hooks.example since 2026-11-26 05:40 UTC: chat, slackhook',
  );
});

test('[BR-ERR-005] all channels of a provider at several of its hosts are one cause; not while one of them works', () => {
  const down = [failing('a', 'teams', 'server', 'x.example'), failing('b', 'teams', 'server', 'y.example')];
  const [cause, ...others] = failureCauses(down);
  assert.deepEqual([cause?.kind, cause?.of, others.length], ['provider', 'teams', 0]);
  assert.deepEqual(failureCauses([...down, working('c', 'teams', null)]), []);
  const own = down.map((one) => ({ ...one, channelType: 'webhook' }));
  assert.deepEqual(failureCauses(own), [], 'receivers of webhooks have nothing in common');
});

test('[BR-ERR-005] where nothing is reached it is the network of Herald; not where anything answered since', () => {
  const cut = [failing('a', 'slack', 'dns', 'slack.example'), failing('b', 'email', 'timeout', 'mail.example', T0 + 5)];
  const [cause, ...others] = failureCauses([...cut, working('console', 'console', T0 + 10)]);
  assert.deepEqual([cause?.kind, cause?.type, cause?.channels, others.length], ['network', null, ['a', 'b'], 0]);
  assert.match(describeCause(cause!), /^2 channels cannot connect to any host, .* since 2026-11-26 05:40 UTC: a, b$/);
  assert.deepEqual(failureCauses([...cut, working('hook', 'webhook', T0 + 10)]), []);
  assert.deepEqual(failureCauses([...cut, failing('c', 'webhook', 'credentials', 'c.example')]), []);
  assert.equal(
    failureCauses([...cut, working('hook', 'webhook', T0 + 1)]).length,
    1,
    'delivered before the last began',
  );
});

/** Of few types, channels and hosts at a time, so that causes are met often. */
const standings = fc
  .record({
    types: fc.subarray([...FAILURE_TYPES], { minLength: 1, maxLength: 3 }),
    channelTypes: fc.subarray(['slack', 'teams', 'webhook', 'email', 'console'], { minLength: 1, maxLength: 3 }),
  })
  .chain(({ types, channelTypes }) => {
    const time = fc.integer({ min: 0, max: 100 });
    const host = fc.option(fc.constantFrom('a.example', 'b.example', 'c.example'), { freq: 8 });
    const failing = fc.option(fc.record({ type: fc.constantFrom(...types), host, since: time }), { freq: 8 });
    const deliveredAt = fc.option(time, { freq: 1 });
    const standing = fc.record({ channelType: fc.constantFrom(...channelTypes), failing, deliveredAt });
    return fc.array(standing, { maxLength: 8 });
  })
  .map((all): ChannelStanding[] => all.map((one, i) => ({ ...one, name: `c${i}` })));

test('[BR-ERR-005] a cause names several channels that all fail with its type, none twice, whatever their order', () => {
  fc.assert(
    fc.property(standings, fc.infiniteStream(fc.nat()), (all, random) => {
      const causes = failureCauses(all);
      const named = causes.flatMap(({ channels }) => channels);
      assert.equal(new Set(named).size, named.length);
      for (const { kind, type, of, since, channels } of causes) {
        assert.ok(channels.length > 1);
        const members = channels.map((name) => all.find((one) => one.name === name)!);
        assert.equal(since, Math.min(...members.map((one) => one.failing!.since)));
        for (const one of members) {
          if (type !== null) assert.equal(one.failing?.type, type);
          if (kind === 'host') assert.equal(one.failing?.host, of);
          if (kind === 'provider') assert.equal(one.channelType, of);
        }
      }
      const shuffled = all
        .map((one) => ({ one, at: random.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one);
      const byText = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).sort();
      assert.deepEqual(byText(failureCauses(shuffled)), byText(causes));
    }),
  );
});

test('[BR-ERR-005] of two channels that meet the same at one host no cause leaves out both, unless it is of each by itself', () => {
  fc.assert(
    fc.property(standings, (all) => {
      const causes = failureCauses(all);
      const inCause = new Map(causes.flatMap((cause) => cause.channels.map((name) => [name, cause] as const)));
      for (const one of all) {
        for (const other of all) {
          const { failing: a } = one;
          const { failing: b } = other;
          if (one === other || a === null || b === null || a.host === null || a.host !== b.host || a.type !== b.type)
            continue;
          if (a.type === 'rejected' || a.type === 'other') continue;
          assert.ok(
            inCause.has(one.name) || inCause.has(other.name),
            `${one.name} and ${other.name}: ${a.type} at ${a.host}`,
          );
        }
      }
    }),
  );
});

test('[BR-ERR-001] [BR-ERR-003] how bad it is follows from what is met, who waits and who takes over', () => {
  const nobody = { waiting: 0, urgent: 0, takenOverBy: null };
  assert.equal(severityOf('dns', false, nobody), 'warning');
  assert.equal(severityOf('credentials', false, nobody), 'error');
  assert.equal(severityOf('dns', true, nobody), 'warning', 'nobody waits');
  assert.equal(severityOf('dns', true, { ...nobody, waiting: 1 }), 'critical');
  assert.equal(severityOf('dns', true, { waiting: 1, urgent: 0, takenOverBy: 'sms' }), 'warning');
  assert.equal(severityOf('gone', true, { waiting: 1, urgent: 1, takenOverBy: 'sms' }), 'critical');
  assert.equal(severityOf('dns', false, { waiting: 9, urgent: 9, takenOverBy: null }), 'warning', 'it is tried still');
  const counts = { waiting: fc.nat(3), urgent: fc.nat(3), takenOverBy: fc.option(fc.constant('sms')) };
  fc.assert(
    fc.property(fc.constantFrom(...FAILURE_TYPES), fc.boolean(), fc.record(counts), (type, broken, impact) => {
      const more = { ...impact, waiting: impact.waiting + 1, urgent: impact.urgent + 1 };
      const rank = (severity: (typeof SEVERITIES)[number]) => SEVERITIES.indexOf(severity);
      assert.ok(rank(severityOf(type, broken, more)) >= rank(severityOf(type, broken, impact)));
      if (!broken) assert.notEqual(severityOf(type, broken, more), 'critical');
    }),
  );
});

test('[BR-ERR-003] the first fallback whose breaker is closed takes over, and a circle is no way out', () => {
  const link = (name: string, fallback: string | null, isBroken = false) =>
    [name, { name, fallback, isBroken }] as const;
  const chain = new Map([link('a', 'b', true), link('b', 'c', true), link('c', null)]);
  assert.equal(takesOver('a', chain), 'c');
  assert.equal(takesOver('c', chain), null);
  assert.equal(takesOver('a', new Map([link('a', 'b', true), link('b', 'a', true)])), null);
  assert.equal(takesOver('a', new Map([link('a', 'gone')])), null);
});

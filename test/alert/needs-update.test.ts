import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsUpdate, type Told } from '../../alert/needs-update.ts';

interface Entry {
  readonly firing: ReadonlySet<string>;
  readonly resolved: ReadonlySet<string>;
  readonly timestamp: number;
}

function isSubset(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  for (const member of part) if (!whole.has(member)) return false;
  return true;
}

/** Alertmanager's function, statement by statement as it stands in notify/dedup_stage.go; its answers named as there. */
function oracle(
  entry: Entry | null,
  firing: ReadonlySet<string>,
  resolved: ReadonlySet<string>,
  sendResolved: boolean,
  repeat: number,
  now: number,
): string {
  if (entry === null) return firing.size > 0 ? 'FirstNotification' : 'DoNotNotify';
  if (!isSubset(firing, entry.firing)) {
    return entry.firing.size === 0 ? 'FirstNotification' : 'NewAlertsInGroup';
  }
  if (firing.size === 0) return entry.firing.size > 0 ? 'AllAlertsResolved' : 'DoNotNotify';
  if (sendResolved && !isSubset(resolved, entry.resolved)) return 'NewResolvedAlerts';
  return entry.timestamp < now - repeat ? 'RepeatIntervalElapsed' : 'DoNotNotify';
}

const NAMES: Readonly<Record<string, string>> = {
  'group.first': 'FirstNotification',
  'group.new-firing': 'NewAlertsInGroup',
  'group.all-resolved': 'AllAlertsResolved',
  'group.new-resolved': 'NewResolvedAlerts',
  'group.repeat': 'RepeatIntervalElapsed',
  'group.unchanged': 'DoNotNotify',
  'group.nothing-firing': 'DoNotNotify',
};

const prints = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
const told = fc.record<Told>({
  channel: fc.constant('ops'),
  count: fc.nat(3),
  firing: prints,
  resolved: prints,
  at: fc.nat(20),
});

test("[BR-REL-013] whether a channel is told is decided as by Alertmanager's needsUpdate, for every input", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.option(told),
      prints,
      prints,
      fc.boolean(),
      fc.nat(20),
      fc.nat(40),
      (before, f, r, send, repeat, now) => {
        const entry = before && {
          firing: new Set(before.firing),
          resolved: new Set(before.resolved),
          timestamp: before.at,
        };
        const expected = oracle(entry, new Set(f), new Set(r), send, repeat, now);
        const { notify, code } = needsUpdate(before, { firing: f, resolved: r }, send, repeat, now);
        assert.equal(NAMES[code], expected);
        assert.equal(notify, expected !== 'DoNotNotify');
        seen.add(expected);
      },
    ),
    { numRuns: 3000 },
  );
  assert.equal(seen.size, 6, 'every answer was met');
});

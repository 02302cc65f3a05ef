import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SilenceEntry } from '../../alert/entry.ts';
import { evolveHolds, type HoldsState, holdsDueAt } from '../../alert/holds-state.ts';
import { decideHolds, type HoldsCommand } from '../../alert/silence-command.ts';
import { readMatcher } from '../../resources/matcher.ts';

const T0 = Date.parse('2026-11-23T09:00:00Z');

type Content = NonNullable<SilenceEntry['content']>;

function set(id: string, content: Partial<Content> = {}, change = false): SilenceEntry {
  const full = { matchers: ['a="1"'], startsAt: T0, endsAt: T0 + 1000, createdBy: 'ann', comment: '', broad: false };
  return {
    kind: 'silence',
    id: 'c1',
    tenant: 't',
    silence: id,
    content: { ...full, ...content },
    change,
    by: 'ann',
    replyTo: '',
  };
}

const end = (id: string): SilenceEntry => ({ ...set(id), content: null, change: true });

/** The holds of one tenant in one partition. */
class Holds {
  state: HoldsState | null = null;

  take(command: HoldsCommand, now = T0) {
    const decision = decideHolds(this.state, command, 't', now, { readMatcher });
    for (const event of decision.events) this.state = evolveHolds(this.state, event);
    return decision;
  }

  get ids(): string[] {
    return [...(this.state?.silences.keys() ?? [])];
  }
}

test('[BR-AP-008] a silence is set, changed and ended; every other partition gets a copy each time', () => {
  const owner = new Holds();
  const other = new Holds();
  const steps = [set('s1'), set('s1', { endsAt: T0 + 5000 }, true), end('s1')];
  const seen = steps.map((step) => {
    const { reply, effects } = owner.take(step);
    for (const effect of effects) other.take(effect);
    assert.deepEqual(other.state, owner.state);
    return [reply?.status, owner.state?.silences.get('s1')?.endsAt ?? null];
  });
  assert.deepEqual(seen, [
    [200, T0 + 1000],
    [200, T0 + 5000],
    [200, null],
  ]);
  assert.equal(owner.state, null);
});

test('[BR-AP-008] [BR-REL-013] the same command, and the same copy, again changes nothing', () => {
  const owner = new Holds();
  const first = owner.take(set('s1', { startsAt: T0 - 500 }));
  const again = owner.take(set('s1', { startsAt: T0 + 300 }), T0 + 300);
  assert.deepEqual([again.events, again.effects, again.reply], [[], [], first.reply]);
  const other = new Holds();
  other.take(first.effects[0]!);
  assert.deepEqual(other.take(first.effects[0]!).events, []);
  assert.deepEqual(new Holds().take({ kind: 'silence-copy', tenant: 't', id: 's1', silence: null }).events, []);
});

test('[BR-AP-008] what cannot be a silence is refused with 422 and changes nothing', () => {
  const refused: [Partial<Content>, RegExp][] = [
    [{ endsAt: T0 }, /not in the future/],
    [{ startsAt: T0 + 2000 }, /not after startsAt/],
    [{ matchers: [] }, /no matchers/],
    [{ matchers: ['a=~"("'] }, /matcher a=~"\("/],
    [{ matchers: ['a!="1"'] }, /broad: true/],
  ];
  for (const [content, why] of refused) {
    const { events, effects, reply } = new Holds().take(set('s1', content));
    assert.deepEqual([events, effects, reply?.ok, reply?.status], [[], [], false, 422]);
    assert.match(reply!.reasons[0]!.detail, why);
  }
  assert.equal(new Holds().take(set('s1', { matchers: ['a!="1"'], broad: true })).reply?.status, 200);
});

test('[BR-AP-008] one that is not there, or is over, can be neither changed nor ended', () => {
  const owner = new Holds();
  assert.equal(owner.take(end('s1')).reply?.status, 404);
  assert.equal(owner.take(set('s1', {}, true)).reply?.status, 404);
  owner.take(set('s1'));
  owner.take({ kind: 'tick' }, T0 + 1000);
  assert.equal(owner.take(end('s1'), T0 + 1001).reply?.status, 404);
});

test('[BR-AP-008] time drops what is over, and only that', () => {
  const owner = new Holds();
  owner.take(set('s1'));
  owner.take(set('s2', { endsAt: T0 + 2000 }));
  assert.equal(holdsDueAt(owner.state!), T0 + 1000);
  assert.deepEqual(owner.take({ kind: 'tick' }, T0 + 999).events, []);
  owner.take({ kind: 'tick' }, T0 + 1000);
  assert.deepEqual(owner.ids, ['s2']);
  assert.equal(holdsDueAt(owner.state!), T0 + 2000);
});

test('[BR-AP-008] the past is not silenced, and what began keeps its beginning', () => {
  const owner = new Holds();
  owner.take(set('s1', { startsAt: 0 }));
  assert.equal(owner.state?.silences.get('s1')?.startsAt, T0);
  owner.take(set('s1', { startsAt: T0 + 900, endsAt: T0 + 9000 }, true), T0 + 500);
  assert.equal(owner.state?.silences.get('s1')?.startsAt, T0);
  owner.take(set('s2', { startsAt: T0 + 900, endsAt: T0 + 9000 }));
  owner.take(set('s2', { startsAt: T0 + 600, endsAt: T0 + 9000 }, true), T0 + 500);
  assert.equal(owner.state?.silences.get('s2')?.startsAt, T0 + 600);
});

test('[BR-AP-008] an alert that inhibits is known until it ends; again, it changes nothing', () => {
  const holds = new Holds();
  const labels = { severity: 'critical' };
  const fires = { kind: 'inhibitor' as const, tenant: 't', fingerprint: 'f1', labels };
  assert.equal(holds.take(fires).events.length, 1);
  assert.equal(holds.take({ ...fires, labels: { ...labels } }).events.length, 0);
  assert.equal(holds.take({ ...fires, labels: { severity: 'page' } }).events.length, 1);
  assert.equal(holds.take({ ...fires, labels: null }).events.length, 1);
  assert.equal(holds.take({ ...fires, labels: null }).events.length, 0);
  assert.equal(holds.state, null);
});

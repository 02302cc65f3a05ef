import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Notification } from '../../../alert/notification.ts';
import { wordsOf } from '../../../channels/jira/document.ts';
import { createJiraSender } from '../../../channels/jira/send.ts';
import type { Sender } from '../../../channels/sender.ts';
import { createServicenowSender } from '../../../channels/servicenow/send.ts';
import { aNotification, anAlert } from '../../support/notification.ts';
import { startJira, TOKEN, USER } from '../../support/providers/jira.ts';
import { type Fault, PASSWORD, USER as SERVICENOW_USER, startServicenow } from '../../support/providers/servicenow.ts';
import { aContext } from '../../support/sender-context.ts';

const never = new AbortController().signal;

/** What goes wrong at a request. `lost`: it was carried out, its answer does not arrive. */
const TROUBLES: Readonly<Record<string, Fault>> = {
  reset: { answer: { kind: 'reset' } },
  lost: { answer: { kind: 'reset' }, acts: true },
  busy: { answer: { kind: 'reply', status: 503 } },
  broken: { answer: { kind: 'half', status: 200, rest: 'reset' }, acts: true },
  limit: { answer: { kind: 'reply', status: 429, headers: { 'retry-after': '1' } } },
};

/** `method`: at the next request of this kind; null: at the next one, whatever it is. */
const trouble = fc.record({
  what: fc.constantFrom(...Object.keys(TROUBLES)),
  method: fc.constantFrom('POST', 'PATCH', null),
});

/** One attempt: what goes wrong in it, and whether its owner dies before the outcome is recorded. */
const attempt = fc.record({ troubles: fc.array(trouble, { maxLength: 2 }), crash: fc.boolean() });

/** For each notification of a life of the group the attempts that may go wrong; the one after them goes well. */
const life = fc.array(fc.array(attempt, { maxLength: 3 }), { minLength: 2, maxLength: 4 });
/** The same group again, after its end. */
const lives = fc.array(life, { minLength: 1, maxLength: 2 });

type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

interface Provider {
  readonly sender: Sender;
  readonly faults: Fault[];
  /** Whether each ticket is finished, and all that stands in it. */
  tickets(): { readonly finished: boolean; readonly texts: string }[];
}

async function jira(): Promise<Provider> {
  const { url, site, faults } = await startJira();
  const auth = { basic: { user: USER, secret: TOKEN } };
  const sender = createJiraSender({ url, auth, project: 'OPS', allowPrivateAddresses: true }, aContext());
  return {
    sender,
    faults,
    tickets: () =>
      site.issues.map(({ status, fields, comments }) => ({
        finished: status === 'Done',
        texts: [fields.description, ...comments].map(wordsOf).join('\n'),
      })),
  };
}

async function servicenow(): Promise<Provider> {
  const { url, incidents, faults } = await startServicenow();
  const auth = { basic: { user: SERVICENOW_USER, secret: PASSWORD } };
  const sender = createServicenowSender({ url, auth, allowPrivateAddresses: true }, aContext());
  return {
    sender,
    faults,
    tickets: () =>
      incidents.map(({ state, description, work_notes: notes }) => ({
        finished: state === '6',
        texts: `${description}\n${notes}`,
      })),
  };
}

/** As the engine does it: attempts until one is delivered and recorded; the reference is that of the last recorded one. */
async function deliver(
  { sender, faults }: Provider,
  notification: Notification,
  bad: readonly Attempt[],
  earlier: string | null,
): Promise<string | null> {
  for (const [i, { troubles, crash }] of [...bad, { troubles: [], crash: false }].entries()) {
    const planned = troubles.map(({ what, method }) => ({
      ...TROUBLES[what]!,
      ...(method === null ? {} : { method }),
    }));
    faults.splice(0, faults.length, ...planned);
    const outcome = await sender.send(notification, i + 1, never, earlier);
    faults.splice(0);
    if (crash) continue;
    if (outcome.kind === 'delivered') return outcome.reference ?? earlier;
    assert.equal(outcome.kind, 'retry', outcome.detail);
  }
  throw new Error('the last attempt had no trouble and failed');
}

for (const [name, start] of Object.entries({ jira, servicenow })) {
  test(`[BR-REL-014] ${name}: whatever breaks, a life of a group is one ticket, resolved, with every notification in it once`, async () => {
    const provider = await start();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(lives, async (given) => {
        const groupId = `group-${run++}`;
        const before = provider.tickets().length;
        let reference: string | null = null;
        for (const [l, notifications] of given.entries()) {
          for (const [i, bad] of notifications.entries()) {
            const notification = notificationOf(groupId, `n-${groupId}-${l}-${i}`, i === notifications.length - 1);
            reference = await deliver(provider, notification, bad, reference);
          }
        }
        const tickets = provider.tickets().slice(before);
        assert.equal(tickets.length, given.length);
        for (const [l, { finished, texts }] of tickets.entries()) {
          assert.ok(finished);
          const marks = texts.split('\n').filter((line) => line.startsWith('Herald n-'));
          const told = marks.map((line) => line.trimEnd()).sort();
          assert.deepEqual(
            told,
            [...given[l]!.keys()].map((i) => `Herald n-${groupId}-${l}-${i}`),
          );
        }
      }),
      { numRuns: 30 },
    );
    await provider.sender.close();
  });
}

function notificationOf(groupId: string, id: string, last: boolean): Notification {
  const ended = anAlert({ status: 'resolved', endsAt: Date.parse('2026-11-23T09:10:00Z') });
  return aNotification({ id, groupId, status: last ? 'resolved' : 'firing', alerts: [last ? ended : anAlert()] });
}

/**
 * GET and POST /v1/subscriptions, DELETE /v1/subscriptions/{id}: who hears of what, by people and at run time, beside the Subscriptions that
 * operators declare. People subscribe themselves and the teams that they speak for, to alerts that these may hear of (access/subscribe.ts).
 */

import type { SubscribingActor } from '../access/subscribe.ts';
import { Problems, problem } from '../ingress/problem.ts';
import type { HttpRequest, Reply } from '../ingress/route.ts';
import type { FindHearer } from '../resources/hearing.ts';
import {
  decideSubscription,
  decideUnsubscribe,
  type OwnSubscription,
  type SubscriptionDecision,
  type UnsubscribeDecision,
} from '../resources/own-subscription.ts';
import type { Subscribed } from '../resources/subscription.ts';
import { actorOf, personOf } from './actor.ts';
import { type Caller, notIn, sees } from './caller.ts';
import { chosenId } from './chosen-id.ts';
import { invalid } from './json-body.ts';
import { json, type Operation } from './operation.ts';
import type { OperatorPorts } from './operator-ports.ts';
import { PAGING, words } from './parameters.ts';
import { readPerson } from './person-body.ts';
import { readSubscription } from './subscription-body.ts';
import { listSubscriptions, ownAnswer } from './subscription-list.ts';

/** gateway/ hands it in. */
export interface SubscriptionPorts {
  /** Those that people made, by tenant. Throws an error of the code `ingest.unavailable` where that is not known now. */
  all(): ReadonlyMap<string, readonly OwnSubscription[]>;
  /**
   * Keeps what `decide` answers, which is asked anew where somebody else was faster. `by`: who asks, for the audit. Resolves when it is
   * kept. Rejects with an error of the code `ingest.unavailable` or `ingest.full`.
   */
  change<Decision extends SubscriptionDecision | UnsubscribeDecision>(
    at: { readonly tenant: string; readonly by: string },
    decide: (known: readonly OwnSubscription[]) => Decision,
  ): Promise<Decision>;
}

/** What operators declare. */
export interface DeclaredSubscriptions {
  readonly declared: readonly Subscribed[];
  readonly hearer: FindHearer;
}

type Ports = Pick<OperatorPorts, 'subscriptions' | 'declared' | 'people' | 'now' | 'newCommandId'>;

const OWN = { permission: 'subscriptions.own', within: 'tenants' } as const;
const UNAVAILABLE = 'NATS is out of reach. It may have been kept; it is safe to ask again.';

export function subscriptionOperations(ports: Ports): Operation[] {
  return [
    {
      method: 'GET',
      path: '/v1/subscriptions',
      id: 'listSubscriptions',
      access: { permission: 'alerts.read', within: 'tenants' },
      summary: 'Who subscribes to what: those that are declared and those of people; those that do not hold, and why.',
      parameters: [
        words('tenant', 'Only this tenant.'),
        words('subscriber', 'Only of user/NAME or team/NAME.'),
        ...PAGING,
      ],
      body: null,
      answer: 'SubscriptionList',
      problems: { 503: 'NATS was not reached yet.' },
      handle: async (_, values, caller) => json(200, listSubscriptions(ports, values, caller)),
    },
    {
      method: 'POST',
      path: '/v1/subscriptions',
      id: 'subscribe',
      access: OWN,
      summary:
        'Subscribes who asks, or a team that they speak for, to alerts; who holds subscriptions.manage subscribes anybody. What one has already is answered as it is.',
      parameters: [],
      body: 'SubscriptionSpec',
      idempotent: true,
      answer: 'Subscription',
      problems: {
        409: 'There are too many.',
        422: 'The body is invalid: every problem by its path.',
        503: UNAVAILABLE,
      },
      handle: (request, _, caller) => subscribe(ports, request, caller),
    },
    {
      method: 'DELETE',
      path: '/v1/subscriptions/{id}',
      id: 'unsubscribe',
      access: OWN,
      summary: 'Ends a subscription of people. Who was told that an alert fires is told that it ended.',
      parameters: [],
      body: 'Person',
      answer: 'Subscription',
      problems: {
        404: 'There is no such subscription of people.',
        422: 'The body is invalid.',
        503: UNAVAILABLE,
      },
      handle: (request, _, caller) => unsubscribe(ports, request, caller),
    },
  ];
}

const LONGEST_KEY = 200;

async function subscribe(ports: Ports, request: HttpRequest, caller: Caller): Promise<Reply> {
  const read = readSubscription(request.body, (tenant) => personOf(ports, caller, tenant));
  if ('refused' in read) return read.refused;
  const { tenant, subscriber, wanted } = read;
  if (!sees(caller, tenant)) return notIn(tenant);
  const key = request.headers['idempotency-key'] ?? '';
  if (key.length > LONGEST_KEY) return problem(400, `an Idempotency-Key has at most ${LONGEST_KEY} characters`);
  const actor = actorIn(ports, caller, tenant, read.by);
  const id = key === '' ? ports.newCommandId() : chosenId(JSON.stringify([tenant, subscriber, actor.name, key]));
  const { hearer: find } = ports.declared.subscriptions();
  const now = ports.now();
  const decided = await ports.subscriptions.change({ tenant, by: actor.name }, (known) =>
    decideSubscription(known, { id, subscriber, wanted }, { tenant, find, actor, now }),
  );
  switch (decided.code) {
    case 'subscription.made':
    case 'subscription.known':
      return json(200, ownAnswer(decided.made, tenant, find));
    case 'subscription.unknown-subscriber': {
      const problems = new Problems();
      problems.add('/subscriber', subscriber, `user/NAME or team/NAME of tenant ${tenant}`);
      return invalid(problems);
    }
    case 'subscription.too-many':
      return problem(409, 'too many subscriptions', { code: decided.code, detail: decided.detail });
    case 'subscription.denied':
      return denied(decided.detail);
    default:
      return decided satisfies never;
  }
}

async function unsubscribe(ports: Ports, request: HttpRequest, caller: Caller): Promise<Reply> {
  const person = readPerson(request.body, caller.identity);
  if ('refused' in person) return person.refused;
  const { id = '' } = request.params;
  const [tenant] = [...ports.subscriptions.all()].find(
    ([one, all]) => sees(caller, one) && all.some((own) => own.id === id),
  ) ?? [null];
  if (tenant === null) return unknown(id);
  const actor = actorIn(ports, caller, tenant, person.by);
  const { hearer: find } = ports.declared.subscriptions();
  const decided = await ports.subscriptions.change({ tenant, by: actor.name }, (known) =>
    decideUnsubscribe(known, id, { tenant, find, actor }),
  );
  switch (decided.code) {
    case 'subscription.ended':
      return json(200, ownAnswer(decided.made, tenant, find));
    case 'subscription.unknown':
      return unknown(id);
    case 'subscription.denied':
      return denied(decided.detail);
    default:
      return decided satisfies never;
  }
}

function actorIn(ports: Ports, caller: Caller, tenant: string, claimed: string): SubscribingActor {
  const { forAnybody, ...who } = actorOf(ports, caller, { tenant, claimed, permission: 'subscriptions.manage' });
  return { ...who, manages: forAnybody };
}

function denied(detail: string): Reply {
  return problem(403, 'not permitted', { code: 'subscription.denied', detail });
}

function unknown(id: string): Reply {
  const detail = `nobody subscribed as ${id.slice(0, 100)}; those that are declared end where they are declared`;
  return problem(404, 'no such subscription', { code: 'subscription.unknown', detail });
}

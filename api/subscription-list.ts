/** Subscriptions as the API answers them, page by page, in the order of tenant, subscriber and id. */

import type { FindHearer } from '../resources/hearing.ts';
import { isReadable, type OwnSubscription, voidBecause } from '../resources/own-subscription.ts';
import type { SubscriptionWanted } from '../resources/subscription.ts';
import { type Caller, sees } from './caller.ts';
import type { OperatorPorts } from './operator-ports.ts';
import type { ParameterValues } from './parameters.ts';

type Ports = Pick<OperatorPorts, 'subscriptions' | 'declared'>;

interface Answer {
  /** Of one that is declared its name. */
  readonly id: string;
  readonly tenant: string;
  readonly subscriber: string;
  readonly declared: boolean;
  readonly wanted: SubscriptionWanted;
  readonly by: string | null;
  readonly madeAt: string | null;
  /** Why it does not hold; null: it does. */
  readonly void: string | null;
}

export function listSubscriptions({ subscriptions, declared }: Ports, values: ParameterValues, caller: Caller) {
  const { declared: byOperators, hearer } = declared.subscriptions();
  const { tenant: only, subscriber, limit = 100, cursor = '' } = values;
  const own = [...subscriptions.all()].flatMap(([tenant, all]) => all.map((one) => ownAnswer(one, tenant, hearer)));
  const all = [...byOperators.map(declaredAnswer), ...own]
    .filter(({ tenant }) => sees(caller, tenant) && tenant === (only ?? tenant))
    .filter((one) => one.subscriber === (subscriber ?? one.subscriber))
    .map((one) => ({ place: placeOf(one), one }))
    .filter(({ place }) => place > cursor)
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  const page = all.slice(0, Number(limit));
  return { subscriptions: page.map(({ one }) => one), next: all.length > page.length ? page.at(-1)!.place : null };
}

export function ownAnswer(one: OwnSubscription, tenant: string, find: FindHearer): Answer {
  const { id, subscriber, wanted, by, madeAt } = one;
  const why = isReadable(one) ? voidBecause(one, tenant, find) : 'this version of Herald cannot read it';
  const made = new Date(madeAt).toISOString();
  return { id, tenant, subscriber, declared: false, wanted, by, madeAt: made, void: why };
}

function declaredAnswer({
  tenant,
  subscriber,
  wanted,
  by,
}: ReturnType<Ports['declared']['subscriptions']>['declared'][number]): Answer {
  const id = by.slice('Subscription '.length);
  return { id, tenant, subscriber, declared: true, wanted, by: null, madeAt: null, void: null };
}

function placeOf({ tenant, subscriber, declared, id }: Answer): string {
  return `${tenant} ${subscriber} ${declared ? 0 : 1} ${id}`;
}

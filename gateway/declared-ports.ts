/** What the resources in force say, for the operators' API. */

import type { ReasonCode } from '../alert/reason.ts';
import type { Silence } from '../alert/silence.ts';
import type { DeclaredChannel, OperatorPorts } from '../api/operator-ports.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { declaredPart } from '../resources/run-time.ts';

type DeclaredPorts = Pick<OperatorPorts, 'channels' | 'profile' | 'declared' | 'place' | 'people'>;

export function declaredPorts(inForce: () => ResourceSet): DeclaredPorts {
  return {
    channels: () => declaredChannels(inForce()),
    profile: (tenant, namespace, placed) => inForce().policy.profile(tenant, namespace, undefined, placed),
    declared: {
      tenants: () => inForce().tenants,
      silences: () => declaredSilences(inForce()),
      limit: (tenant, rule) =>
        inForce()
          .policy.correlations(tenant)
          .find((condition) => condition.rule.name === rule)?.rule.threshold ?? null,
      subscriptions: () => inForce().subscriptions,
    },
    place(tenant, { code, detail, policy }) {
      const set = inForce();
      // Another policy's rules may stand elsewhere, or be others of the same name.
      return policy === null || declaredPart(policy) === declaredPart(set.policy.hash)
        ? set.findRule(tenant, { code: code as ReasonCode, detail })
        : null;
    },
    people: {
      user: (tenant, name) => inForce().policy.directory.user(tenant, name),
      person: (tenant, signedInAs) => inForce().person(tenant, signedInAs),
    },
  };
}

function declaredChannels({ channels }: ResourceSet): DeclaredChannel[] {
  return [...channels.values()].map(({ tenant, name, type, policy: { fallback = null, members = [] } }) => {
    return { tenant, name, type, fallback, members };
  });
}

function declaredSilences({ tenants, policy }: ResourceSet): Silence[] {
  return tenants.flatMap((tenant) => policy.silences(tenant).map(({ silence }) => silence));
}

/**
 * A bank. Its standard, in its own words:
 *
 *   A namespace is DOMAIN-APPLICATION[-COMPONENT...]-ENV[NN]. ENV comes last and is one of prod, prp (pre-production), uat
 *   (acceptance), sit (system integration), perf (load tests), dev; NN numbers copies. prp and uat count as staging, sit and
 *   perf as testing. DOMAIN is payments, cards, lending, treasury or risk. What the platform team runs ends in -system, has no ENV
 *   and is production everywhere. At most 48 characters; no segment may be tmp, old or new. A name that does not say its
 *   environment at the end counts as production until somebody renames it.
 */

import type { Environment } from '../../../alert/alert.ts';
import { combinations, type LabelledName, type Organisation } from './organisation.ts';

const DOMAINS = ['payments', 'cards', 'lending', 'treasury', 'risk'];
/** Half of them sound like an environment. */
const APPLICATIONS = [
  'ledger',
  'product-catalog',
  'approval',
  'live-chat',
  'test-results',
  'dev-portal',
  'stage-manager',
  'reproduction-lab',
  'prod-planning',
  'gateway',
  'fx-rates',
  'uat-evidence',
];
const ENVS: Readonly<Record<string, Environment>> = {
  prod: 'production',
  prp: 'staging',
  uat: 'staging',
  sit: 'testing',
  perf: 'testing',
  dev: 'development',
};

function* generated(): Generator<LabelledName> {
  for (const [domain, application, env] of combinations(DOMAINS, APPLICATIONS, Object.keys(ENVS))) {
    yield { name: `${domain}-${application}-${env}`, environment: ENVS[env!]!, follows: true };
  }
  for (const [application, env, copy] of combinations(APPLICATIONS, Object.keys(ENVS), ['2', '03'])) {
    yield { name: `cards-${application}-api-${env}${copy}`, environment: ENVS[env!]!, follows: true };
  }
  for (const area of ['kube', 'istio', 'vault', 'backup', 'dev-tools', 'test-data']) {
    yield { name: `${area}-system`, environment: 'production', follows: true };
  }
  // Forgotten, or put in front: it does not end in an environment.
  for (const application of APPLICATIONS)
    yield { name: `risk-${application}`, environment: 'production', follows: false };
  for (const env of Object.keys(ENVS))
    yield { name: `${env}-payments-ledger`, environment: 'production', follows: false };
  // No domain of the bank; what the name says at its end counts all the same.
  for (const env of Object.keys(ENVS)) yield { name: `marketing-site-${env}`, environment: ENVS[env]!, follows: false };
}

const written = `
  payments-ledger-prod            production   yes
  payments-prod-prod              production   yes
  lending-prod-planning-dev       development  yes
  lending-dev-portal-prod         production   yes
  cards-uat-evidence-prod2        production   yes
  risk-sit-down-prod              production   yes
  risk-model-perf09               testing      yes
  treasury-dev-dev                development  yes
  treasury-prod-dev               development  yes
  treasury-dev-prod               production   yes
  # Not what the standard calls it: nobody may take it for less than production.
  payments-ledger-preprod         production   no
  payments-ledger-pre-prod        production   no
  payments-ledger-nonprod         production   no
  payments-ledger-production      production   no
  payments-ledger-staging         production   no
  payments-ledger-test            production   no
  payments-ledger-development     production   no
  payments-ledger-prod-eu         production   no
  payments-ledger-dev-eu          production   no
  payments-ledger-prod1234        production   no
  payments-ledgerprod             production   no
  payments-ledgerdev              production   no
  productcatalog                  production   no
  payments                        production   no
  prod                            production   no
  dev                             production   no
  system                          production   no
  kubesystem                      production   no
  payments-old-prod               production   no
  payments-ledger-tmp-dev         development  no
  cards-new-uat                   staging      no
  cards-gateway-a-very-long-component-of-a-component-dev  development  no
  # As a mainframe's exporter writes them.
  PAYMENTS-LEDGER-PROD            production   no
  Payments-Ledger-Dev             development  no
  CARDS-GATEWAY-UAT               staging      no
  # Look-alikes: Cyrillic er and o, full width, zero-width, digits, other dashes and separators.
  payments-ledger-\\u0440rod       production   no
  payments-ledger-pr\\u043ed       production   no
  payments-ledger-\\uff50\\uff52\\uff4f\\uff44  production   no
  payments-ledger-pro\\u200bd      production   no
  payments-ledger-pr0d            production   no
  payments-ledger\\u2011prod       production   no
  payments_ledger_prod            production   no
  payments.ledger.prod            production   no
  payments-ledger-\\u0501ev        production   no
  payments-ledger-d\\u0435v        production   no
  payments-ledger_dev             production   no
`;

export const bank: Organisation = { name: 'bank, suffix', resources: 'bank.yaml', generated, written };

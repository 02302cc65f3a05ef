/**
 * A software company. Its standard, in its own words:
 *
 *   The team comes first: TEAM-SERVICE-ENVIRONMENT[-cNN][-canary|-blue|-green]. ENVIRONMENT is production, preprod, nonprod, loadtest,
 *   staging or sandbox, written out; cNN is the cluster. preprod and staging are staging, nonprod and loadtest testing, sandbox
 *   development. Review apps are TEAM-SERVICE-pr-NUMBER, preview-NAME belongs to sales: both are development. Teams: core, growth,
 *   data, ml. A service is one word or several; it may be anything, also an environment's name. The last word that is an environment
 *   is the one that counts.
 */

import type { Environment } from '../../../alert/alert.ts';
import { combinations, type LabelledName, type Organisation } from './organisation.ts';

const TEAMS = ['core', 'growth', 'data', 'ml'];
const SERVICES = [
  'billing',
  'production-planner',
  'approval',
  'reproduction-lab',
  'sandbox-api',
  'prod-like',
  'livefeed',
];
const ENVIRONMENTS: Readonly<Record<string, Environment>> = {
  production: 'production',
  preprod: 'staging',
  staging: 'staging',
  nonprod: 'testing',
  loadtest: 'testing',
  sandbox: 'development',
};
const TAILS = ['', '-c1', '-c12', '-canary', '-c3-blue'];

function* generated(): Generator<LabelledName> {
  for (const [team, service, env, tail] of combinations(TEAMS, SERVICES, Object.keys(ENVIRONMENTS), TAILS)) {
    yield { name: `${team}-${service}-${env}${tail}`, environment: ENVIRONMENTS[env!]!, follows: true };
  }
  for (const [team, service] of combinations(TEAMS, SERVICES)) {
    yield { name: `${team}-${service}-pr-4711`, environment: 'development', follows: true };
  }
  for (const customer of ['acme', 'production', 'initech']) {
    yield { name: `preview-${customer}`, environment: 'development', follows: true };
  }
  for (const [team, service] of combinations(TEAMS, ['billing', 'approval', 'livefeed'])) {
    yield { name: `${team}-${service}`, environment: 'production', follows: false };
    yield { name: `${team}-${service}-prod`, environment: 'production', follows: false };
    yield { name: `${team}-${service}-dev`, environment: 'production', follows: false };
  }
}

const written = `
  core-billing-production            production   yes
  core-preprod-production            production   yes
  core-production-preprod            staging      yes
  growth-nonprod-report-production   production   yes
  ml-sandbox-production-c2-green     production   yes
  data-production-sandbox            development  yes
  core-approval-sandbox              development  yes
  core-reproduction-lab-sandbox      development  yes
  core-reproduction-lab-production   production   yes
  data-prod-like-loadtest            testing      yes
  # No environment, or none that the standard knows, or not where it belongs.
  core-billing-productions           production   no
  core-billing-reproduction          production   no
  core-billing-nonproduction         production   no
  core-billing-pre-prod              production   no
  core-billing-prod-like             production   no
  core-billing-prod-like-test        production   no
  core-billing-test                  production   no
  core-billing-stage                 production   no
  core-billing-sandboxed             production   no
  core-billing-sandbox2              production   no
  core-billing-prelive               production   no
  sandbox                            production   no
  sandbox-core-billing               production   no
  staging-core-billing               production   no
  product-catalog-dev                production   no
  approval-dev                       production   no
  previews                           production   no
  pr-4711                            production   no
  core-billing-pr                    production   no
  core-billing-pr-latest             production   no
  core-billing-pr-4711-production    production   yes
  # A team that there is not.
  legal-archive-production           production   no
  legal-archive-staging              staging      no
  legal-archive-sandbox-c1           development  no
  CORE-BILLING-PRODUCTION            production   no
  Core-Billing-Sandbox               development  no
  CORE-BILLING-PREPROD-C2            staging      no
  core-billing-pr\\u043eduction       production   no
  core-billing-\\u0440roducti\\u043en  production   no
  core-billing-produ\\u00adction      production   no
  core-billing-pr0duct10n            production   no
  core-billing-produ\\u0441tion-c1    production   no
  core_billing_production            production   no
  core-billing-s\\u0430ndbox          production   no
  core_billing_sandbox               production   no
`;

export const startup: Organisation = {
  name: 'software company, team first',
  resources: 'startup.yaml',
  generated,
  written,
};

/**
 * A company that was merged from several and has no common standard. What holds, in its own words:
 *
 *   Some word of the name says the environment, in whatever place: prod, prd, production or live; stg, stage, staging, uat, acc,
 *   acceptance or preprod; test, testing, tst, qa, e2e, perf or ci; dev, develop, development, sandbox, playground, demo. Where
 *   words disagree, the most dangerous counts. A name without such a word is production. Review apps have pr-NUMBER.
 *
 * The label is what the team that owns the namespace says; it need not follow from that.
 */

import type { Organisation } from './organisation.ts';

const written = `
  payments-prod            production   yes
  prod-payments            production   yes
  payments-prod-eu-west-1  production   yes
  eu-west-1-prod-payments  production   yes
  prod                     production   yes
  live                     production   yes
  live-bidding             production   yes
  bidding-live             production   yes
  shop-prod-2              production   yes
  shop-prod2               production   yes
  prd-crm                  production   yes
  crm-prd                  production   yes
  crm-production           production   yes
  production               production   yes
  production-crm           production   yes
  kube-system              production   yes
  istio-system             production   yes
  cert-manager             production   yes
  ingress-nginx            production   yes
  monitoring               production   yes
  argocd                   production   yes
  vault                    production   yes
  default                  production   yes
  payments                 production   yes
  productivity             production   yes
  product-catalog          production   yes
  reproduction-lab         production   yes
  liveness-probes          production   yes
  olive                    production   yes
  delivery                 production   yes
  developer-hub            production   yes
  attestation              production   yes
  contest                  production   yes
  latest                   production   yes
  testimonials             production   yes
  devices                  production   yes
  stageplay                production   yes
  backstage                production   yes
  quality                  production   yes
  qatar-office             production   yes
  cinema                   production   yes
  citrix                   production   yes
  performance-review       production   yes
  demography               production   yes
  accounting               production   yes
  account-service          production   yes
  approval                 production   yes
  approvals-prod           production   yes
  printer                  production   yes
  press                    production   yes
  protest                  production   yes
  prodigy                  production   yes
  prod-dev                 production   yes
  dev-prod                 production   yes
  prod-test                production   yes
  stg-prod-mirror          production   yes
  dev-tools-prod           production   yes
  test-results-live        production   yes
  payments-stg             staging      yes
  staging                  staging      yes
  stage-payments           staging      yes
  payments-staging-eu      staging      yes
  uat                      staging      yes
  uat-2                    staging      yes
  uat2                     staging      yes
  payments-uat3            staging      yes
  acc-billing              staging      yes
  billing-acceptance       staging      yes
  preprod                  staging      yes
  pre-prod                 staging      yes
  preprod-payments         staging      yes
  payments-pre-prod        staging      yes
  payments-preprod-eu      staging      yes
  pre-production-crm       staging      yes
  prelive                  staging      yes
  pre-live-bidding         staging      yes
  approval-staging         staging      yes
  product-catalog-stg      staging      yes
  backstage-staging        staging      yes
  dev-stg                  staging      yes
  stg-test                 staging      yes
  qa                       testing      yes
  qa-payments              testing      yes
  payments-qa              testing      yes
  payments-qa2             testing      yes
  test                     testing      yes
  test-payments            testing      yes
  payments-test            testing      yes
  payments-test-3          testing      yes
  payments-testing         testing      yes
  tst-crm                  testing      yes
  e2e-shop                 testing      yes
  shop-e2e                 testing      yes
  perf-shop                testing      yes
  ci                       testing      yes
  ci-runners               testing      yes
  product-catalog-test     testing      yes
  reproduction-lab-test    testing      yes
  latest-test              testing      yes
  contest-qa               testing      yes
  dev-test                 testing      yes
  approval-test            testing      yes
  dev                      development  yes
  dev-anna                 development  yes
  anna-dev                 development  yes
  payments-dev             development  yes
  payments-dev2            development  yes
  payments-develop         development  yes
  payments-development     development  yes
  development              development  yes
  sandbox                  development  yes
  sandbox-ml               development  yes
  ml-playground            development  yes
  demo-sales               development  yes
  sales-demo               development  yes
  product-catalog-dev      development  yes
  approval-dev             development  yes
  reproduction-lab-dev     development  yes
  devices-dev              development  yes
  prodigy-dev              development  yes
  olive-dev                development  yes
  web-pr-1234              development  yes
  preview-1234             development  yes
  PAYMENTS-PROD            production   yes
  Payments-Dev             development  yes
  PREPROD                  staging      yes
  # What the owners say, and no rule of words would: the safe side is production.
  prod-like-test           testing      yes
  prodlike                 testing      yes
  nonprod                  testing      yes
  payments-nonprod         testing      yes
  not-prod                 testing      yes
  payments-\\u0440rod       production   yes
  pr\\u043ed-payments       production   yes
  \\uff50\\uff52\\uff4f\\uff44-payments  production   yes
  pr0d-payments            production   yes
  payments_prod            production   yes
  pay\\u00adments-pr\\u043ed  production   yes
  payments-l1ve            production   yes
  payments-\\u0501ev        production   yes
`;

/** Classified by the example of a fresh checkout. */
export const merged: Organisation = {
  name: 'merged company, no standard',
  resources: '../../../config/environments.yaml',
  generated: () => [],
  written,
};

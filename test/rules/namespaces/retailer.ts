/**
 * A retailer. Its standard, in its own words:
 *
 *   A namespace begins with its stage: prd, acc, tst or dev, then the country (de, fr, nl, pl, se), the team and the service:
 *   STAGE-COUNTRY-TEAM-SERVICE. acc is what others call staging. Shops of the former company keep live-BRAND: production. ops-NAME
 *   is the platform team's and production. Whoever runs reviews names them tst-rv-NUMBER. Stage stands first and nowhere else.
 */

import type { Environment } from '../../../alert/alert.ts';
import { combinations, type LabelledName, type Organisation } from './organisation.ts';

const STAGES: Readonly<Record<string, Environment>> = {
  prd: 'production',
  acc: 'staging',
  tst: 'testing',
  dev: 'development',
};
const COUNTRIES = ['de', 'fr', 'nl', 'pl', 'se'];
const TEAMS = ['search', 'checkout', 'proddata', 'liveops'];
const SERVICES = ['cart', 'devices', 'testimonials', 'acc', 'prd', 'preprocessor', 'livestream', 'access'];

function* generated(): Generator<LabelledName> {
  for (const [stage, country, team, service] of combinations(Object.keys(STAGES), COUNTRIES, TEAMS, SERVICES)) {
    yield { name: `${stage}-${country}-${team}-${service}`, environment: STAGES[stage!]!, follows: true };
  }
  for (const brand of ['nord', 'devon', 'testa', 'accent', 'tstore']) {
    yield { name: `live-${brand}`, environment: 'production', follows: true };
  }
  for (const area of ['ingress', 'monitoring', 'dev', 'ci', 'acc']) {
    yield { name: `ops-${area}`, environment: 'production', follows: true };
  }
  for (const number of [1, 42, 981, 7003]) yield { name: `tst-rv-${number}`, environment: 'testing', follows: true };
  // The stage at the end, as other companies do it: no stage at all for this one.
  for (const [team, stage] of combinations(TEAMS, Object.keys(STAGES))) {
    yield { name: `${team}-cart-${stage}`, environment: 'production', follows: false };
  }
  // A country where the retailer is not.
  for (const stage of Object.keys(STAGES)) {
    yield { name: `${stage}-uk-search-cart`, environment: STAGES[stage]!, follows: false };
  }
}

const written = `
  prd-de-search-index         production   yes
  dev-de-search-prd           development  yes
  tst-fr-checkout-prd         testing      yes
  acc-nl-liveops-live         staging      yes
  live-dev                    production   yes
  live-test                   production   yes
  ops-tst                     production   yes
  # They begin like a stage, and are none.
  prdx-de-search-cart         production   no
  predprd-de-search-cart      production   no
  developer-portal            production   no
  devices                     production   no
  accounting                  production   no
  access-nl                   production   no
  tstorage                    production   no
  testing-de-search-cart      production   no
  stg-de-search-cart          production   no
  preprd-de-search-cart       production   no
  pre-prd-de-search-cart      production   no
  nonprd-de-search-cart       production   no
  product-catalog-dev         production   no
  x-dev-de-search-cart        production   no
  livestock                   production   no
  delivery                    production   no
  default                     production   no
  # One segment too few, or too many: the stage is plain all the same.
  dev-de                      development  no
  acc-fr-search               staging      no
  tst-rv-latest               testing      no
  tst-pl-search-cart-two      testing      no
  prd-se                      production   no
  DEV-DE-SEARCH-CART          development  no
  PRD-DE-SEARCH-CART          production   no
  Acc-De-Search-Cart          staging      no
  \\u0440rd-de-search-cart     production   no
  p\\u0433d-de-search-cart     production   no
  \\uff30\\uff32\\uff24-de-search-cart  production   no
  prd_de_search_cart          production   no
  \\u0501ev-de-search-cart     production   no
  a\\u0441c-de-search-cart     production   no
  dev_de_search_cart          production   no
`;

export const retailer: Organisation = { name: 'retailer, prefix', resources: 'retailer.yaml', generated, written };

/**
 * A telecommunications company. Its standard, in its own words:
 *
 *   SITE-TIER-FUNCTION-NN. SITE is a city and a digit: fra1, ber2, muc1, ham3. TIER is one letter: p production, r reference plant,
 *   t test plant, d development, x shared by all tiers, which counts as production. FUNCTION is a word, or two with a hyphen. NN is
 *   two digits. The reference plant is what others call staging.
 */

import type { Environment } from '../../../alert/alert.ts';
import { combinations, type LabelledName, type Organisation } from './organisation.ts';

const SITES = ['fra1', 'ber2', 'muc1', 'ham3'];
const TIERS: Readonly<Record<string, Environment>> = {
  p: 'production',
  r: 'staging',
  t: 'testing',
  d: 'development',
  x: 'production',
};
const FUNCTIONS = ['hlr', 'sms-gw', 'p-cscf', 'd-route', 't-probe', 'prod', 'dev', 'test-call'];
const NUMBERS = ['01', '02', '17'];

function* generated(): Generator<LabelledName> {
  for (const [site, tier, role, number] of combinations(SITES, Object.keys(TIERS), FUNCTIONS, NUMBERS)) {
    yield { name: `${site}-${tier}-${role}-${number}`, environment: TIERS[tier!]!, follows: true };
  }
  // No tier between the site and the function.
  for (const [site, role] of combinations(SITES, ['hlr', 'prod', 'dev', 'test-call'])) {
    yield { name: `${site}-${role}-01`, environment: 'production', follows: false };
  }
  // Without its number it still has its tier.
  for (const [site, tier] of combinations(SITES, Object.keys(TIERS))) {
    yield { name: `${site}-${tier}-hlr`, environment: TIERS[tier!]!, follows: false };
  }
}

const written = `
  fra1-p-hlr-01       production   yes
  ber2-d-p-cscf-01    development  yes
  ham3-p-d-route-02   production   yes
  muc1-x-dev-01       production   yes
  muc1-t-prod-01      testing      yes
  # The letter elsewhere, or another letter, or no site.
  fra1-hlr-d-01       production   no
  fra1-hlr-t-01       production   no
  hlr-d-01            production   no
  d-hlr-01            production   no
  d-fra1-hlr-01       production   no
  fra-d-hlr-01        production   no
  fra11-d-hlr-01      production   no
  zzz1-d-hlr-01       production   no
  fra1-s-hlr-01       production   no
  fra1-q-hlr-01       production   no
  fra1-dev-hlr-01     production   no
  fra1-dd-hlr-01      production   no
  fra1d-hlr-01        production   no
  fra1-1-hlr-01       production   no
  fra1--d-hlr-01      production   no
  kube-system         production   no
  fra1-d-hlr-1        development  no
  fra1-t-hlr-001      testing      no
  fra1-r-a-b-c-01     staging      no
  FRA1-P-HLR-01       production   no
  FRA1-D-HLR-01       development  no
  Ber2-R-Hlr-01       staging      no
  fra1-\\u0440-hlr-01  production   no
  fra1-\\uff50-hlr-01  production   no
  fra1-\\u0501-hlr-01  production   no
  fra1_p_hlr_01       production   no
  fra1_d_hlr_01       production   no
  fra1\\u2010d-hlr-01  production   no
`;

export const telco: Organisation = { name: 'telco, region and tier', resources: 'telco.yaml', generated, written };

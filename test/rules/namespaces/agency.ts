/**
 * A public agency in Germany. Its standard, in its own words:
 *
 *   VERFAHREN-STUFE[-MANDANT], in lower case. STUFE is produktion, abnahme, schulung, integration or entwicklung; abnahme counts as
 *   staging, schulung and integration as testing, entwicklung as development. VERFAHREN is one of the procedures of the agency:
 *   kfz, wohngeld, elterngeld, produktionsstatistik, entwicklungshilfe, meldewesen. MANDANT is a land in two letters. On the
 *   cluster of the contractor every name begins with np-, and none of them is production: there abnahme is staging and all others
 *   are testing. At most 40 characters.
 */

import type { Environment } from '../../../alert/alert.ts';
import { combinations, type LabelledName, type Organisation } from './organisation.ts';

const PROCEDURES = ['kfz', 'wohngeld', 'elterngeld', 'produktionsstatistik', 'entwicklungshilfe', 'meldewesen'];
const LEVELS: Readonly<Record<string, Environment>> = {
  produktion: 'production',
  abnahme: 'staging',
  schulung: 'testing',
  integration: 'testing',
  entwicklung: 'development',
};
const LANDS = ['', '-by', '-nw', '-sn', '-he'];

function* generated(): Generator<LabelledName> {
  for (const [procedure, level, land] of combinations(PROCEDURES, Object.keys(LEVELS), LANDS)) {
    const name = `${procedure}-${level}${land}`;
    yield { name, environment: LEVELS[level!]!, follows: name.length <= 40 };
  }
  for (const [procedure, level, land] of combinations(PROCEDURES, Object.keys(LEVELS), ['', '-nw'])) {
    if (level === 'produktion') continue;
    const name = `np-${procedure}-${level}${land}`;
    yield { name, environment: level === 'abnahme' ? 'staging' : 'testing', follows: name.length <= 40 };
  }
  for (const procedure of PROCEDURES) yield { name: procedure, environment: 'production', follows: false };
}

const written = `
  kfz-produktion                       production   yes
  produktionsstatistik-entwicklung     development  yes
  entwicklungshilfe-produktion-he      production   yes
  # Another word for it is not the word for it.
  kfz-prod                             production   no
  kfz-test                             production   no
  kfz-dev                              production   no
  kfz-produktionsnah                   production   no
  kfz-vorproduktion                    production   no
  kfz-entwicklungen                    production   no
  kfz-entwicklung2                     production   no
  entwicklung-kfz                      production   no
  schulung                             production   no
  npkfz-entwicklung                    development  no
  kfz-entwicklung-bayern               production   no
  kfz-entwicklung-by-2                 production   no
  steuer-entwicklung                   development  no
  steuer-produktion-by                 production   no
  # A contradiction: the cluster says no, the name says yes.
  np-kfz-produktion                    production   no
  np-kfz                               production   no
  KFZ-PRODUKTION                       production   no
  Kfz-Entwicklung-BY                   development  no
  kfz-pr\\u043eduktion                  production   no
  kfz-\\u0440roduktion-by               production   no
  kfz-produkt\\u0456on                  production   no
  kfz_produktion                       production   no
  kfz_entwicklung                      production   no
  kfz-\\u0435ntwicklung                 production   no
`;

export const agency: Organisation = { name: 'public agency, words', resources: 'agency.yaml', generated, written };

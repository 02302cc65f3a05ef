/** What the reasons mean that messages give to people, in each language that Herald speaks. English stands in alert/reason.ts. */

import { REASONS, type ReasonCode } from '../../alert/reason.ts';
import type { Language } from './languages.ts';

const GERMAN: Partial<Record<ReasonCode, string>> = {
  'group.first': 'erste Nachricht zu dieser Gruppe',
  'group.new-firing': 'weitere Alarme wurden ausgelöst',
  'group.new-resolved': 'Alarme wurden behoben',
  'group.all-resolved': 'alle Alarme der Gruppe sind behoben',
  'group.repeat': 'Erinnerung: Alarme sind noch nicht behoben',
  'group.acknowledged': 'jemand hat übernommen, was ausgelöst ist',
  'group.escalated': 'die EscalationPolicy benachrichtigt Sie, weil niemand es übernommen hat',
  'reach.preferred': 'eine Einstellung der Person nennt diesen Kanal',
  'reach.first-contact': 'über den ersten Kontakt der Person',
  'reach.team': 'als Mitglied eines Teams',
  'reach.on-call': 'laut Plan in Bereitschaft',
  'reach.subscribed': 'Alarme wie diese sind abonniert',
  'reach.otherwise': 'anstelle von jemandem, der nicht erreichbar ist',
  'hold.ended': 'es war zurückgehalten und ist es nicht mehr',
  'delivery.bundled': 'mehrere Nachrichten warteten und wurden eine',
  'delivery.diverted': 'von einem anderen Kanal übernommen',
  'delivery.copied': 'das Ende, wo auch der Anfang gemeldet wurde',
  'delivery.resent': 'jemand hat die Nachricht noch einmal senden lassen',
  'delivery.replayed': 'aus den unzustellbaren Nachrichten wieder aufgenommen',
  'delivery.test': 'jemand probiert den Kanal aus',
};

/** A code that is not known here is shown in English: it may come from another version of Herald. */
export function meaningIn(language: Language, code: ReasonCode): string {
  return (language === 'de' ? GERMAN[code] : undefined) ?? REASONS[code] ?? code;
}

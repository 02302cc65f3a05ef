/**
 * What must not leave is masked in the whole notification, once, before any sender sees it: no channel can forget to.
 *
 * Every text is looked at, in whatever field it stands, except names that Herald or the operator gave: a field that is added
 * later is masked without anybody thinking of it.
 */

import type { LabelSet } from '../alert/alert.ts';
import type { Notification } from '../alert/notification.ts';
import { quote } from '../alert/quote.ts';
import { plainAlert } from '../alert/stored-alert.ts';
import { linkOrNone, type MaskRule, MaskRules, type Words, walk } from './mask-rules.ts';

export type Mask = (notification: Notification) => Notification;

export const unmasked: Mask = (notification) => notification;

/** Identities, enumerations, and where it goes to: none comes from a sender of alerts, and all have to stay what they are. */
const KEPT = new Set([
  'id',
  'tenant',
  'groupId',
  'fingerprint',
  'channel',
  'status',
  'environment',
  'priority',
  'criticality',
  'code',
  'source',
  'recipient',
]);

/** Throws for a pattern that RE2 refuses: the schema has checked it. */
export function compileMask(declared: readonly MaskRule[]): Mask {
  if (declared.length === 0) return unmasked;
  const rules = new MaskRules(declared);
  return (notification) => {
    const words: Words = new Map();
    const named = withFields(notification, rules, words);
    const walked = walk(named, rules.texts(words), KEPT) as Notification;
    const alerts = walked.alerts.map((alert) => ({ ...alert, generatorURL: linkOrNone(alert.generatorURL) }));
    return { ...walked, alerts };
  };
}

/** The rules that name fields, on those fields. */
function withFields(notification: Notification, rules: MaskRules, words: Words): Notification {
  const groupLabels = rules.fields('labels', notification.groupLabels, words);
  const alerts = notification.alerts.map((alert) => ({
    ...plainAlert(alert),
    labels: rules.fields('labels', alert.labels, words),
    annotations: rules.fields('annotations', alert.annotations, words),
  }));
  return { ...notification, groupLabels, groupKey: withPairs(notification, groupLabels), alerts };
}

/** In the group key a value stands quoted, so that a pattern would not find it. */
function withPairs({ groupKey, groupLabels }: Notification, masked: LabelSet): string {
  return Object.entries(groupLabels).reduce((key, [name, value]) => {
    const now = masked[name] ?? value;
    return now === value ? key : key.replaceAll(`${name}=${quote(value)}`, () => `${name}=${quote(now)}`);
  }, groupKey);
}

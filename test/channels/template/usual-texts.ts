/** The texts that channels have where nothing else is declared, by type. */

import { PLAIN_PARTS } from '../../../channels/email/template.ts';
import { PAGERDUTY_PARTS } from '../../../channels/pagerduty/template.ts';
import { PLAIN_TEMPLATE } from '../../../channels/plain-texts.ts';
import { SLACK_TEMPLATE } from '../../../channels/slack/template.ts';
import { SMS_PARTS } from '../../../channels/sms/template.ts';

export const USUAL_TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  email: PLAIN_PARTS,
  pagerduty: PAGERDUTY_PARTS,
  slack: SLACK_TEMPLATE,
  sms: SMS_PARTS,
  teams: PLAIN_TEMPLATE,
};

/** The texts of a mail, its words and times in the language and zone of its recipient. */

import type { GroupedAlert, Notification } from '../../alert/notification.ts';
import { webLink } from '../message-facts.ts';
import type { SenderContext } from '../sender.ts';
import type { Locale } from '../template/locale.ts';
import { linksBelow } from '../template/view.ts';
import { type Wording, wordingOf } from '../wording.ts';
import type { Texts } from './message.ts';
import { HTML_PARTS, PLAIN_PARTS } from './template.ts';

export interface MailTexts {
  readonly texts: Texts;
  readonly wording: Wording;
  readonly link: (alert: GroupedAlert) => string | null;
  /** For the outcome: which templates failed, and how. */
  readonly failures: readonly string[];
  readonly locale: Locale;
}

export async function textsFor(context: SenderContext, notification: Notification): Promise<MailTexts> {
  const { templates, externalURL } = context;
  const request = { type: 'email', channel: notification.channel, notification };
  const [plain, html] = await Promise.all([
    templates.render({ ...request, defaults: PLAIN_PARTS, escape: 'none' }),
    templates.render({ ...request, defaults: HTML_PARTS, escape: 'html' }),
  ]);
  const { subject = '', title = '', intro = '', text = '' } = plain.parts;
  const linksOf = linksBelow(externalURL);
  return {
    texts: { subject, title, intro: intro.trim(), text, html: html.parts.html ?? '' },
    wording: wordingOf(plain.locale),
    link: (alert) => webLink(linksOf(alert).explain),
    failures: [...plain.failures, ...html.failures],
    locale: plain.locale,
  };
}

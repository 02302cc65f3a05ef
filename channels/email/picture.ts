/** The history of the group as a picture inside the mail, where there is one to be seen. */

import type { Notification } from '../../alert/notification.ts';
import type { SenderContext } from '../sender.ts';
import type { Locale } from '../template/locale.ts';
import type { Picture } from './html.ts';

export interface MailPicture {
  readonly picture: Picture | null;
  /** For the outcome: why there is none though there should be. */
  readonly failures: readonly string[];
}

export async function pictureFor(
  { pictures }: SenderContext,
  notification: Notification,
  locale: Locale,
): Promise<MailPicture> {
  const result = await pictures?.history(notification, locale);
  if (result === undefined || result.kind === 'none') return { picture: null, failures: [] };
  if (result.kind === 'failed') return { picture: null, failures: [result.detail] };
  const { contentType, content, alt } = result.picture;
  return { picture: { cid: `history.${notification.id}@herald`, contentType, content, alt }, failures: [] };
}

/** The metric of its alerts and the history of the group as pictures inside the mail, where there is something to be seen. */

import type { Notification } from '../../alert/notification.ts';
import type { SenderContext } from '../sender.ts';
import type { Locale } from '../template/locale.ts';
import type { Picture } from './html.ts';

export interface MailPictures {
  readonly pictures: readonly Picture[];
  /** For the outcome: why one is not there though it should be. */
  readonly failures: readonly string[];
}

export async function picturesFor(
  { pictures }: SenderContext,
  notification: Notification,
  locale: Locale,
): Promise<MailPictures> {
  if (pictures === undefined || notification.recipient?.format === 'plain') return { pictures: [], failures: [] };
  const [metric, history] = await Promise.all([
    pictures.metric(notification, locale),
    pictures.history(notification, locale),
  ]);
  const drawn = Object.entries({ metric, history }).flatMap(([name, result]) => {
    if (result.kind !== 'drawn') return [];
    const { contentType, content, alt, caption } = result.picture;
    return [{ cid: `${name}.${notification.id}@herald`, contentType, content, alt, caption }];
  });
  const failures = [metric, history].flatMap((result) => (result.kind === 'failed' ? [result.detail] : []));
  return { pictures: drawn, failures };
}

/**
 * Somebody has to know that a promotion waits for approval. As of an alert that waits (approval-request.ts), what is told is an
 * alert of its own, to the channels of the routes that fit it: it fires while the promotion waits, and ends with the decision.
 */

import type { GroupEntry } from './entry.ts';
import { fingerprint, hash16 } from './fingerprint.ts';
import type { GroupedAlert } from './notification.ts';
import type { Policy } from './policy.ts';
import { describe } from './promotion-reply.ts';
import type { Promotion, PromotionEvent, PromotionsState } from './promotion-state.ts';

const ALERTNAME = 'PromotionRequested';
/** Of the request and its end, which may follow at once. Milliseconds. */
const INTERVAL = 1000;

/** `before`: what was known before these events. */
export function promotionNotices(
  before: PromotionsState | null,
  events: readonly PromotionEvent[],
  policy: Pick<Policy, 'profile' | 'route'>,
): GroupEntry[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'promotion.requested':
        return noticeOf(event.promotion, null, '', policy);
      case 'promotion.approved':
        return event.placement === null ? [] : end(before, event, policy);
      case 'promotion.ended':
        return end(before, event, policy);
      case 'promotion.placed':
        return [];
      default:
        return event satisfies never;
    }
  });
}

function end(
  before: PromotionsState | null,
  { namespace, at, reasons }: Extract<PromotionEvent, { readonly reasons: unknown }>,
  policy: Pick<Policy, 'profile' | 'route'>,
): GroupEntry[] {
  const pending = before?.pending.get(namespace);
  return pending === undefined ? [] : noticeOf(pending, at, reasons[0]?.detail ?? '', policy);
}

function noticeOf(
  promotion: Promotion,
  endsAt: number | null,
  outcome: string,
  policy: Pick<Policy, 'profile' | 'route'>,
): GroupEntry[] {
  const { tenant, namespace, from, to, id, requestedAt, expiresAt, needed, approvers } = promotion;
  const { priority } = policy.profile(tenant, namespace);
  const labels = { alertname: ALERTNAME, namespace, from, to, promotion: id };
  const matches = policy.route(tenant, { ...labels, environment: from, priority, tenant });
  const channels = [...new Set(matches.flatMap(({ timing }) => timing.channels))];
  if (channels.length === 0) return [];
  const until = new Date(expiresAt).toISOString();
  const alert: GroupedAlert = {
    tenant,
    fingerprint: fingerprint(labels),
    status: endsAt === null ? 'firing' : 'resolved',
    labels,
    annotations: {
      summary: `${describe(promotion)} waits for ${needed} approval${needed === 1 ? '' : 's'} until ${until}`,
      approve: `POST /v1/namespaces/${tenant}/${namespace}/promotions/${id}/approve, or /reject`,
      ...(approvers.length === 0 ? {} : { approvers: approvers.join(', ') }),
      ...(outcome === '' ? {} : { outcome }),
    },
    startsAt: requestedAt,
    endsAt,
    generatorURL: '',
    source: 'herald',
    environment: from,
    priority,
  };
  const timing = { groupWait: 0, groupInterval: INTERVAL, repeatInterval: expiresAt - requestedAt, channels };
  const key = `promotion/${id}`;
  return [{ kind: 'group', group: { id: hash16(`${tenant}\n${key}`), tenant, key, labels, timing }, alert }];
}

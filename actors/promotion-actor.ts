/** The shell around what one partition knows of where people put a tenant's namespaces (alert/promotion.ts). */

import type { Entry } from '../alert/entry.ts';
import { decidePromotion, type PromotionCommand } from '../alert/promotion.ts';
import { promotionNotices } from '../alert/promotion-notice.ts';
import {
  evolvePromotions,
  type PromotionEvent,
  type PromotionsState,
  packPromotions,
  promotionsDueAt,
  unpackPromotions,
} from '../alert/promotion-state.ts';
import type { EntityDecision, EntityKind } from './entity.ts';

type Message = Entry | { readonly kind: 'tick' };

export const promotionKind: EntityKind<PromotionsState, Message> = {
  kind: 'promotion',
  decide(state, message, { now, policy }): EntityDecision {
    const { events, effects, reply } = decidePromotion(state, commandOf(message), now, policy);
    const replies = reply !== undefined && message.kind === 'promotion' ? [{ to: message.replyTo, ...reply }] : [];
    const notices = promotionNotices(state, events, policy);
    return { events, effects: notices.length === 0 ? effects : [...effects, ...notices], replies, sends: [] };
  },
  evolve: (state, event) => evolvePromotions(state, event as PromotionEvent),
  dueAt: promotionsDueAt,
  settle(state, now) {
    const due = promotionsDueAt(state);
    return due !== null && due <= now ? { kind: 'tick' } : null;
  },
  pack: packPromotions,
  unpack: unpackPromotions,
};

function commandOf(message: Message): PromotionCommand {
  switch (message.kind) {
    case 'promotion':
    case 'placement':
    case 'tick':
      return message;
    default:
      throw new TypeError(`a promotion actor was given an entry of kind ${message.kind}`);
  }
}

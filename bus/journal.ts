/**
 * The journal of one partition: fences and commits in one stream, in the order in which they took effect.
 *
 * Layout of a commit message: version byte, u16 part, u16 parts, then that part of the msgpack of the commit. A commit
 * larger than a message may be is cut into parts that follow each other; one whose last part is missing never happened.
 */

import type { AlertEvent, DeadLetterEvent, GroupEvent, ReplayedEvent } from '../alert/event.ts';
import type { DeliveryEvent } from '../channels/delivery-event.ts';

export type JournalEvent = AlertEvent | GroupEvent | DeliveryEvent | DeadLetterEvent | ReplayedEvent;

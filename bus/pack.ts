/**
 * msgpack, for all that Herald stores. The only file that knows msgpackr.
 *
 * Everything is packed into one buffer that is kept: left to itself msgpackr allocates megabytes for every large commit, and
 * collecting them took a third of a busy worker's CPU. All Packrs of a process share msgpackr's buffer, so what another one
 * had packed would be written over here: nobody else may have one.
 */

import { addExtension, Packr, Unpackr } from 'msgpackr';
import { SharedGroupRef } from '../alert/group-ref.ts';
import { entryOf, fieldsOf, type KeepText, NewAlertEntry, type NewAlertFields } from '../alert/new-alert-entry.ts';
import { sharedText } from '../alert/shared-text.ts';
import { StoredAlert } from '../alert/stored-alert.ts';
import { alertOfList, type ListedAlert, listAlert } from './listed-alert.ts';
import { eventOfList, listEvent, OpenedEvent } from './listed-event.ts';

/** A stored alert with the names of its fields, as it was written before: only read. */
class Before {}
type FieldsBefore = ConstructorParameters<typeof StoredAlert>[2];

/** For texts that only one alert has: as `unpack` was told. */
let own: KeepText = sharedText;

/** These come back as what they were, a new alert as the entry that it becomes. Never change a number: it stands in journals. */
addExtension({
  Class: Before,
  type: 1,
  write: () => null,
  read: ([labels, annotations, fields]: [string, string, Record<string, unknown>]) => {
    const { tenant, fingerprint, status, startsAt, endsAt, generatorURL, source, ...others } = fields as FieldsBefore;
    const list = [labels, annotations, tenant, fingerprint, status, startsAt, endsAt, generatorURL, source] as const;
    return alertOfList([...list, null, null, others], own, sharedText);
  },
});
addExtension({
  Class: SharedGroupRef,
  type: 2,
  write: ({ text }: SharedGroupRef) => text,
  read: (text: string) => SharedGroupRef.ofText(text),
});
addExtension({
  Class: NewAlertEntry,
  type: 3,
  write: fieldsOf,
  read: (fields: NewAlertFields) => entryOf(fields, own, sharedText),
});
addExtension({
  Class: StoredAlert,
  type: 4,
  write: listAlert,
  read: (list: ListedAlert) => alertOfList(list, own, sharedText),
});
addExtension({
  Class: OpenedEvent,
  type: 5,
  write: listEvent,
  read: eventOfList,
});

/** Pages of it are only taken up once something so large is packed. What is larger gets a buffer of its own. */
const KEPT = Buffer.allocUnsafeSlow(4 * 1024 * 1024);

const packr = new Packr({ useRecords: true, encodeUndefinedAsNil: true });
const unpackr = new Unpackr({ useRecords: true });

/** `bytes` are those of `value` until `use` returns; it must copy what it keeps, and pack nothing meanwhile. */
export function withPacked<T>(value: unknown, use: (bytes: Buffer) => T): T {
  packr.useBuffer(KEPT);
  return use(packr.pack(value));
}

/** In a buffer of its own, behind `room` bytes that the caller fills. */
export function pack(value: unknown, room = 0): Buffer {
  return withPacked(value, (bytes) => {
    const out = Buffer.allocUnsafe(room + bytes.length);
    bytes.copy(out, room);
    return out;
  });
}

/** `texts`: for texts that only one alert has, which may come by several ways. Throws what msgpackr throws for bytes that are none of its own. */
export function unpack(bytes: Uint8Array, texts: KeepText = sharedText): unknown {
  own = texts;
  return unpackr.unpack(bytes);
}

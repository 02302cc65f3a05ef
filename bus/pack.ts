/**
 * msgpack, for all that Herald stores. The only file that knows msgpackr.
 *
 * Everything is packed into one buffer that is kept: left to itself msgpackr allocates megabytes for every large commit, and
 * collecting them took a third of a busy worker's CPU. All Packrs of a process share msgpackr's buffer, so what another one
 * had packed would be written over here: nobody else may have one.
 */

import { addExtension, Packr, Unpackr } from 'msgpackr';
import { SharedGroupRef } from '../alert/group-ref.ts';
import { entryOf, fieldsOf, NewAlertEntry, type NewAlertFields } from '../alert/new-alert-entry.ts';
import { sharedText } from '../alert/shared-text.ts';
import { StoredAlert } from '../alert/stored-alert.ts';

type StoredFields = ConstructorParameters<typeof StoredAlert>[2];

/** These come back as what they were, a new alert as the entry that it becomes. Never change a number: it stands in journals. */
addExtension({
  Class: StoredAlert,
  type: 1,
  write: ({ labelsText, annotationsText, ...fields }: StoredAlert) => [labelsText, annotationsText, fields],
  read: ([labels, annotations, fields]: [string, string, Record<string, unknown>]) => {
    for (const name in fields) {
      const value = fields[name];
      if (typeof value === 'string') fields[name] = sharedText(value);
    }
    return new StoredAlert(sharedText(labels), sharedText(annotations), fields as unknown as StoredFields);
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
  read: (fields: NewAlertFields) => entryOf(fields, sharedText),
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

/** Throws what msgpackr throws for bytes that are none of its own. */
export function unpack(bytes: Uint8Array): unknown {
  return unpackr.unpack(bytes);
}

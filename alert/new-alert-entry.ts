/**
 * An alert that was just read from a request, on its way into a frame; who reads the frame finds an AlertEntry. One flat object, written
 * as a list of its fields: their names would be written anew for every frame, and take longer than the rest.
 */

import type { Alert } from './alert.ts';
import type { AlertEntry } from './entry.ts';
import { labelJson } from './label-json.ts';
import { StoredAlert } from './stored-alert.ts';

/** In the order in which they are written: new ones come at the end. */
export type NewAlertFields = readonly [
  receipt: string,
  index: number,
  receivedAt: number,
  labelsText: string,
  annotationsText: string,
  tenant: string,
  fingerprint: string,
  status: Alert['status'],
  startsAt: number,
  endsAt: number | null,
  generatorURL: string,
  source: string,
];

export class NewAlertEntry {
  readonly receipt: string;
  readonly index: number;
  readonly receivedAt: number;
  readonly labelsText: string;
  readonly annotationsText: string;
  readonly tenant: string;
  readonly fingerprint: string;
  readonly status: Alert['status'];
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly generatorURL: string;
  readonly source: string;

  /** `receivedAt`: Unix time in milliseconds. */
  constructor(alert: Alert, receipt: string, index: number, receivedAt: number) {
    this.receipt = receipt;
    this.index = index;
    this.receivedAt = receivedAt;
    this.labelsText = labelJson(alert.labels);
    this.annotationsText = JSON.stringify(alert.annotations);
    this.tenant = alert.tenant;
    this.fingerprint = alert.fingerprint;
    this.status = alert.status;
    this.startsAt = alert.startsAt;
    this.endsAt = alert.endsAt;
    this.generatorURL = alert.generatorURL;
    this.source = alert.source;
  }
}

export function fieldsOf(entry: NewAlertEntry): NewAlertFields {
  return [
    entry.receipt,
    entry.index,
    entry.receivedAt,
    entry.labelsText,
    entry.annotationsText,
    entry.tenant,
    entry.fingerprint,
    entry.status,
    entry.startsAt,
    entry.endsAt,
    entry.generatorURL,
    entry.source,
  ];
}

/** Which text stands for one that was read (shared-text.ts). */
export type KeepText = (text: string) => string;

/** What is no text was written by nobody here: it is left to who looks at each entry (entry-problem.ts). */
export function kept<T>(value: T, keep: KeepText): T {
  return typeof value === 'string' ? (keep(value) as T) : value;
}

/** Fields that every stored alert has, in the order in which lists have them. */
type AlertFields = readonly [
  labelsText: string,
  annotationsText: string,
  tenant: string,
  fingerprint: string,
  status: Alert['status'],
  startsAt: number,
  endsAt: number | null,
  generatorURL: string,
  source: string,
];

/** `own`: for texts that are this alert's only; `common`: for those that come again. */
export function alertOfFields(fields: AlertFields, own: KeepText, common: KeepText): StoredAlert {
  const [labels, annotations, tenant, fingerprint, status, startsAt, endsAt, link, source] = fields;
  return new StoredAlert(kept(labels, own), kept(annotations, own), {
    tenant: kept(tenant, common),
    fingerprint: kept(fingerprint, own),
    status,
    startsAt,
    endsAt,
    generatorURL: kept(link, common),
    source: kept(source, common),
  });
}

/** `own` and `common` as above. */
export function entryOf(fields: NewAlertFields, own: KeepText, common: KeepText): AlertEntry {
  const [receipt, index, receivedAt, ...ofAlert] = fields;
  return { kind: 'alert', alert: alertOfFields(ofAlert, own, common), receipt, index, receivedAt };
}

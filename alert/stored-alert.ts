/**
 * An alert as it travels and waits: its labels and annotations are JSON texts, made once at the door and read only by those
 * who look at them. A frame, a journal, a snapshot and a group then move two texts where they would take apart and build up
 * again some thirty small ones, and what waits in memory is a fraction as large.
 *
 * It answers as any other alert does, except to a spread (`{...alert}`), which would lose labels and annotations: use
 * `withFields`.
 */

import type { Alert, AlertStatus, LabelSet } from './alert.ts';
import { sameLabels } from './label-order.ts';

type Fields = Omit<Alert, 'labels' | 'annotations'>;
type FieldsOf<A extends Alert> = Omit<A, 'labels' | 'annotations'>;

export class StoredAlert implements Alert {
  readonly labelsText: string;
  readonly annotationsText: string;
  readonly tenant!: string;
  readonly fingerprint!: string;
  readonly status!: AlertStatus;
  readonly startsAt!: number;
  readonly endsAt!: number | null;
  readonly generatorURL!: string;
  readonly source!: string;

  /** `fields`: those of the alert, and what was added to it on the way. */
  constructor(labelsText: string, annotationsText: string, fields: Fields) {
    this.labelsText = labelsText;
    this.annotationsText = annotationsText;
    Object.assign(this, fields);
  }

  get labels(): LabelSet {
    return labelsOf(this.labelsText);
  }

  get annotations(): LabelSet {
    return annotationsOf(this.annotationsText);
  }

  /** The plain alert, for JSON. A text that is no label set, as a dead letter may have it, is shown as it is. */
  toJSON(): Alert {
    const { labelsText, annotationsText, ...fields } = this;
    return { ...fields, labels: shown(labelsText, labelsOf), annotations: shown(annotationsText, annotationsOf) };
  }
}

function shown(text: string, read: (text: string) => LabelSet): LabelSet {
  try {
    return read(text);
  } catch {
    return text as unknown as LabelSet;
  }
}

/** JSON. */
export function textOf(labels: LabelSet): string {
  return JSON.stringify(labels);
}

/** An alert is looked at several times in a row, and then for a long time not: the last text read is kept. */
function lastRead(): (text: string) => LabelSet {
  let lastText = '{}';
  let last: LabelSet = Object.freeze({});
  return (text) => {
    if (text === lastText) return last;
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null || Array.isArray(read))
      throw new TypeError(`${text.slice(0, 50)} is no set of labels`);
    last = read as LabelSet;
    lastText = text;
    return last;
  };
}

export const labelsOf = lastRead();
export const annotationsOf = lastRead();

/** An alert of any kind by its texts and its other fields. */
export function storedAs<A extends Alert>(labelsText: string, annotationsText: string, fields: FieldsOf<A>): A {
  return new StoredAlert(labelsText, annotationsText, fields) as unknown as A;
}

/** Throws for an alert with a text that is no label set: whoever reads that later may not know what to do about it. */
export function assertReadable({ labels, annotations }: Alert): void {
  if (!labels || !annotations) throw new TypeError('an alert has no labels or no annotations');
}

/** The plain alert, to be spread. */
export function plainAlert<A extends Alert>(alert: A): A {
  return alert instanceof StoredAlert ? (alert.toJSON() as A) : alert;
}

/** Its label sets as texts. */
export function textsOf(alert: Alert): Pick<StoredAlert, 'labelsText' | 'annotationsText'> {
  return storedAlert(alert) as unknown as StoredAlert;
}

/** The same alert, as it is stored. What is stored already is returned as it is. */
export function storedAlert<A extends Alert>(alert: A): A {
  if (alert instanceof StoredAlert) return alert;
  const { labels, annotations, ...fields } = alert;
  return storedAs(textOf(labels), textOf(annotations), fields);
}

/** The alert with other fields than labels and annotations; their texts are shared. */
export function withFields<A extends Alert, F extends object>(alert: A, fields: F): A & F {
  const { labelsText, annotationsText, ...before } = storedAlert(alert) as unknown as StoredAlert;
  return storedAs(labelsText, annotationsText, { ...before, ...fields } as unknown as FieldsOf<A & F>);
}

/** The alert with other labels, as Filters left them; its fingerprint stays that of its own. */
export function withLabels<A extends Alert>(alert: A, labels: LabelSet): A {
  const { annotationsText, labelsText: _, ...fields } = storedAlert(alert) as unknown as StoredAlert;
  return storedAs(textOf(labels), annotationsText, fields as unknown as FieldsOf<A>);
}

export function withAnnotations<A extends Alert>(alert: A, annotations: LabelSet): A {
  const { labelsText, annotationsText: _, ...fields } = storedAlert(alert) as unknown as StoredAlert;
  return storedAs(labelsText, textOf(annotations), fields as unknown as FieldsOf<A>);
}

/** Whether its annotations are those of the text. As texts they nearly always are; another order says nothing. */
export function hasAnnotations(alert: Alert, text: string): boolean {
  return textsOf(alert).annotationsText === text || sameLabels(alert.annotations, annotationsOf(text));
}

/**
 * An alert as it travels and waits: its labels and annotations are JSON texts, made once at the door and read only by those
 * who look at them. A frame, a journal, a snapshot and a group then move two texts where they would take apart and build up
 * again some thirty small ones, and what waits in memory is a fraction as large.
 *
 * It answers as any other alert does, except to a spread (`{...alert}`), which would lose labels and annotations: use
 * `withFields`.
 */

import type { Alert, AlertStatus, LabelSet } from './alert.ts';

type Fields = Omit<Alert, 'labels' | 'annotations'>;

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

  /** The plain alert, for JSON. */
  toJSON(): Alert {
    const { labelsText: _, annotationsText: __, ...fields } = this;
    return { ...fields, labels: this.labels, annotations: this.annotations };
  }
}

/** Which text a label set was read from, for as long as somebody has it: it is stored again as that text, not as another copy. */
const texts = new WeakMap<LabelSet, string>();

/** JSON. */
export function textOf(labels: LabelSet): string {
  return texts.get(labels) ?? JSON.stringify(labels);
}

/** An alert is looked at several times in a row, and then for a long time not: the last text read is kept. */
function lastRead(): (text: string) => LabelSet {
  let lastText = '{}';
  let last: LabelSet = Object.freeze({});
  return (text) => {
    if (text === lastText) return last;
    last = JSON.parse(text) as LabelSet;
    lastText = text;
    texts.set(last, text);
    return last;
  };
}

export const labelsOf = lastRead();
export const annotationsOf = lastRead();

/** The same alert, as it is stored. What is stored already is returned as it is. */
export function storedAlert<A extends Alert>(alert: A): A {
  if (alert instanceof StoredAlert) return alert;
  const { labels, annotations, ...fields } = alert;
  return new StoredAlert(textOf(labels), textOf(annotations), fields) as unknown as A;
}

/** The alert with other fields than labels and annotations; their texts are shared. */
export function withFields<A extends Alert, F extends object>(alert: A, fields: F): A & F {
  const stored = storedAlert(alert) as unknown as StoredAlert;
  const { labelsText, annotationsText, ...before } = stored;
  return new StoredAlert(labelsText, annotationsText, { ...before, ...fields }) as unknown as A & F;
}

/** The alert with other labels, as Filters left them; its fingerprint stays that of its own. */
export function withLabels<A extends Alert>(alert: A, labels: LabelSet): A {
  const { annotationsText, labelsText: _, ...fields } = storedAlert(alert) as unknown as StoredAlert;
  return new StoredAlert(textOf(labels), annotationsText, fields) as unknown as A;
}

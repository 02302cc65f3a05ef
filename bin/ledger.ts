/**
 * The answer of `GET /v1/alerts/{tenant}/{fingerprint}` (api/explanation.ts) for a person: first a line for each receiver, then every
 * step in the order of deciding, with what it looked at, its reasons, and whose rule and which policy they are by.
 */

import { isRecord, records, text } from './client.ts';
import { type Print, type Style, time, wrapped } from './print.ts';

type Answer = Readonly<Record<string, unknown>>;

/** One for each channel of each of its groups; one that names nobody where it entered none. */
export function receiverLines(alert: Answer, { style, width }: Print): string[] {
  const receivers = records(alert.receivers);
  // Where nobody is to be told, the answer says so itself.
  const names = receivers.map(({ channel, recipient }) => [channel, recipient].map(text).filter(Boolean).join(' '));
  const column = Math.min(MOST_NAME, Math.max(0, ...names.map(({ length }) => length)));
  const gap = column === 0 ? 0 : 2;
  return receivers.flatMap((receiver, i) => {
    const name = names[i]!;
    const paint = paintOf(text(receiver.verdict), style);
    const lines = wrapped(
      `${name.padEnd(column)}${' '.repeat(gap)}${text(receiver.answer)}`,
      width,
      ' '.repeat(column + gap),
    );
    return lines.map((line, at) =>
      at === 0 ? `${style.bold(line.slice(0, name.length))}${paint(line.slice(name.length))}` : paint(line),
    );
  });
}

/** A channel's name may be long, and its answer should not start at the edge. */
const MOST_NAME = 24;

function paintOf(verdict: string, { green, yellow, red }: Style): (text: string) => string {
  if (verdict === 'told' || verdict === 'counted') return green;
  return verdict === 'dead-letter' || verdict === 'uncertain' ? red : yellow;
}

export function stepLines(alert: Answer, print: Print): string[] {
  const { style, width } = print;
  const sent = Object.entries(inputOf(records(alert.steps)[0] ?? {}));
  return records(alert.steps).flatMap((step) => {
    const name = text(step.step);
    const reasons = records(step.reasons);
    const input = lookedAt(inputOf(step), name === 'holds' || name === 'route' ? sent : []);
    const nothing = reasons.length === 0 && alert.status !== 'suppressed' ? NOTHING[name] : undefined;
    if (reasons.length === 0 && input === '' && nothing === undefined) return [];
    const policies = policiesIn(reasons).map((hash) => `policy ${short(hash)}`);
    return [
      '',
      [style.bold(name), ...policies.map(style.dim)].join('  '),
      ...(input === '' ? [] : wrapped(`  looked at ${input}`, width, '    ').map(style.dim)),
      ...(nothing === undefined ? [] : [`  ${nothing}`]),
      ...reasons.flatMap((reason) => reasonLines(reason, print)),
    ];
  });
}

/** Where it says something that there is no reason. */
const NOTHING: Readonly<Record<string, string>> = {
  filter: 'no rule had a say',
  holds: 'nothing holds it back',
  escalate: 'nothing was escalated',
};

/** Since when the policies were in force that the steps name. */
export function policyLines(alert: Answer, { style, width }: Print): string[] {
  const lines = records(alert.policies).flatMap(({ hash, activatedAt, process }) => {
    const since =
      text(activatedAt) === ''
        ? 'activated at a time that is not known (any more)'
        : `active since ${time(text(activatedAt))}`;
    const by = text(process) === '' ? '' : `, by ${text(process)}`;
    return wrapped(`  ${short(text(hash))}  ${since}${by}`, width, '    ');
  });
  return lines.length === 0 ? [] : ['', style.bold('policies'), ...lines];
}

function reasonLines(reason: Answer, { style, width }: Print): string[] {
  const { code, detail, at, channel, times, rule } = reason;
  const when = text(at) === '' ? '' : `${time(text(at))}  `;
  const whom = text(channel) === '' ? '' : `${text(channel)}  `;
  const often = Number(times) > 1 ? ` (${text(times)} times)` : '';
  const first = `  ${when}${whom}`;
  const [head = '', ...rest] = wrapped(`${first}${text(code)}  ${text(detail)}${often}`, width, '    ');
  const place = isRecord(rule)
    ? wrapped(`    ${text(rule.rule)}, ${text(rule.file)}:${text(rule.line)}`, width, '    ')
    : [];
  return [`${style.dim(head.slice(0, first.length))}${head.slice(first.length)}`, ...rest, ...place.map(style.dim)];
}

function policiesIn(reasons: readonly Answer[]): string[] {
  return [...new Set(reasons.flatMap(({ policy }) => (typeof policy === 'string' ? [policy] : [])))];
}

function inputOf(step: Answer): Readonly<Record<string, unknown>> {
  return isRecord(step.input) ? step.input : {};
}

/** `sent`: labels that it came with, which are said once, at the first step. */
function lookedAt(input: Readonly<Record<string, unknown>>, sent: readonly (readonly [string, unknown])[]): string {
  const isSent = (name: string, value: unknown) => sent.some(([of, was]) => of === `label ${name}` && was === value);
  const entries = Object.entries(input);
  const shown = entries.filter(([name, value]) => !isSent(name, value));
  const said = shown.map(([name, value]) => `${text(name.replace(/^label /, ''))}=${text(value)}`);
  return (shown.length < entries.length ? [...said, 'and its labels'] : said).join(' ');
}

/** As much as tells policies apart, and can be found with. */
function short(hash: string): string {
  return hash.slice(0, 12);
}

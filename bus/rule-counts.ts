/** What the rules of Filters have counted, from every process that decides: whoever wants to know asks all of them at once. */

import type { Bus } from './connection.ts';
import { isNobodyThere } from './nobody-there.ts';
import { subjects } from './subjects.ts';

/** matched, not matched, errors: of each rule, in the order in which they are asked. */
export type Counts = readonly [number, number, number];

export interface RuleCountsReport {
  /** Hash of the policy that counted: under another one the rules may be others. */
  readonly policy: string;
  readonly tenants: Readonly<Record<string, readonly Counts[]>>;
}

type Connection = Bus['nc'];

/** Until the connection closes. */
export function answerRuleCounts(connection: Connection, read: () => RuleCountsReport): void {
  connection.subscribe(subjects.ruleCounts, {
    callback: (error, message) => {
      if (error === null) message.respond(JSON.stringify(read()));
    },
  });
}

const PATIENCE = { strategy: 'stall', stall: 150, maxWait: 1000 } as const;

/** Of those who answer in time; none where nobody decides. */
export async function askRuleCounts(connection: Connection): Promise<RuleCountsReport[]> {
  const reports: RuleCountsReport[] = [];
  try {
    const answers = await connection.requestMany(subjects.ruleCounts, undefined, PATIENCE);
    for await (const message of answers) reports.push(message.json<RuleCountsReport>());
  } catch (error) {
    if (!isNobodyThere(error)) throw error;
  }
  return reports;
}

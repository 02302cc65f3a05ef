/** Helpers of a benchmark run in Node processes of their own: a task goes in as a message, answers come out as messages. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Scratch } from './scratch.ts';

export class ChildEnded extends Error {
  readonly code = 'bench.child-ended';
}

export interface Child<Question, Answer> {
  readonly pid: number;
  ask(question: Question): Promise<Answer>;
}

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Ended with the scratch, and with this process in any case. */
export function adopt<T extends ChildProcess>(scratch: Scratch, child: T): T {
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  scratch.atEnd(() => endChild(child));
  return child;
}

/** `file` stands beside this one. One question at a time. */
export function startChild<Question, Answer>(
  scratch: Scratch,
  file: string,
  flags: readonly string[] = [],
): Child<Question, Answer> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = adopt(
    scratch,
    fork(path, [], { serialization: 'advanced', execArgv: [...process.execArgv, ...flags] }),
  );
  return {
    pid: child.pid ?? 0,
    ask: (question) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null) => reject(new ChildEnded(`${file} ended with ${code} before it answered`));
        child.once('exit', ended);
        child.once('message', (answer) => {
          child.off('exit', ended);
          resolve(answer as Answer);
        });
        child.send(question as object);
      }),
  };
}

function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const insist = setTimeout(() => child.kill('SIGKILL'), 12_000);
    child.once('exit', () => {
      clearTimeout(insist);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** In the child: answers each message with what `answer` makes of it. */
export function answerWith<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  // Whoever asked is gone.
  process.once('disconnect', () => process.exit());
  process.on('message', (question) => {
    answer(question as Question).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}

/** What is wrong with the declared resources, so that it can be found and put right. Expected, hence data. */

export type Path = readonly (string | number)[];

export interface Problem {
  /** As an operator would open it: the configuration directory and the way below it. */
  readonly file: string;
  /** From 1; 0 where the problem is the file as such. */
  readonly line: number;
  readonly column: number;
  /** `spec.routes[0].matchers[1]`; empty where the problem is not a field's. */
  readonly path: string;
  /** What stands there and what is allowed. */
  readonly message: string;
  /** Only that a secret cannot be read here. */
  readonly ofSecret?: true;
}

export interface ProblemList {
  readonly problems: readonly Problem[];
  /** How many more there were. */
  readonly omitted: number;
}

export const MOST_PROBLEMS = 200;

/** Sorted by place and bounded: a wrong file of a thousand lines must not fill the terminal, the log or an HTTP answer. */
export function listProblems(all: readonly Problem[]): ProblemList {
  const sorted = [...all].sort(byPlace);
  return { problems: sorted.slice(0, MOST_PROBLEMS), omitted: Math.max(0, sorted.length - MOST_PROBLEMS) };
}

function byPlace(a: Problem, b: Problem): number {
  return a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1;
}

export function printPath(path: Path): string {
  let printed = '';
  for (const step of path) {
    if (typeof step === 'number') printed += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) printed += printed === '' ? step : `.${step}`;
    else printed += `[${JSON.stringify(step)}]`;
  }
  return printed;
}

/** For a terminal: the problems of each file below each other, `file:line:column` as editors understand it, then the count. */
export function formatProblems(problems: readonly Problem[], omitted = 0): string {
  if (problems.length === 0) return 'no problems\n';
  const files = Map.groupBy(problems, (problem) => problem.file);
  const parts = [...files.values()].map((list) => `${list.map(formatProblem).join('\n')}\n`);
  return `${parts.join('\n')}\n${count(problems.length + omitted, files.size, omitted)}\n`;
}

function formatProblem({ file, line, column, path, message }: Problem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return `${printable(place)}\n    ${printable(path === '' ? message : `${path}: ${message}`)}`;
}

function count(total: number, files: number, omitted: number): string {
  const what = `${total} ${total === 1 ? 'problem' : 'problems'}`;
  const where = `in ${files} ${files === 1 ? 'file' : 'files'}`;
  return omitted === 0 ? `${what} ${where}` : `${what}, the first ${total - omitted} shown, ${where}`;
}

/** A value of a broken file may hold escape sequences that a terminal would obey. */
function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

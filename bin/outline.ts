/** Any JSON answer as indented lines; a list of flat objects as a table, a text of several lines below its first. */

import { isRecord, text } from './client.ts';
import { printable, type Style, table } from './print.ts';

export function outline(value: unknown, style: Style, indent = ''): string[] {
  if (!isRecord(value)) return [`${indent}${text(value)}`];
  const scalars = Object.entries(value).filter(([, content]) => !isNested(content));
  const width = Math.max(0, ...scalars.map(([name]) => name.length));
  return Object.entries(value).flatMap(([name, content]) =>
    isNested(content)
      ? [`${indent}${style.bold(text(name))}`, ...nested(content, style, `${indent}  `)]
      : scalar(`${indent}${style.dim(text(name).padEnd(width))}  `, content, ' '.repeat(indent.length + width + 2)),
  );
}

function scalar(name: string, content: unknown, below: string): string[] {
  if (typeof content !== 'string') return [`${name}${shown(content) || 'none'}`];
  const [first = '', ...rest] = content.split('\n').map(printable);
  return [`${name}${first || 'none'}`, ...rest.filter((line) => line !== '').map((line) => `${below}${line}`)];
}

function isNested(content: unknown): boolean {
  return isRecord(content) || (Array.isArray(content) && content.some(isRecord));
}

function nested(content: unknown, style: Style, indent: string): string[] {
  if (!Array.isArray(content)) return outline(content, style, indent);
  const rows = content.filter(isRecord);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = table(
    columns.map((column) => text(column).toUpperCase()),
    rows.map((row) => columns.map((column) => shown(row[column]))),
    style,
  );
  return lines.map((line) => indent + line);
}

function shown(content: unknown): string {
  return Array.isArray(content) ? content.map(text).join(', ') : text(content);
}

/** One line of a CSV (RFC 4180), without line breaks inside of fields. */

/** The fields, without quotes and the blanks around them; null: a quote that does not close, or something behind one that did. */
export function csvFields(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',').map((field) => field.trim());
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ' || line[at] === '\t') at++;
    let field: string;
    if (line[at] === '"') {
      const end = closing(line, at + 1);
      if (end < 0) return null;
      field = line.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      while (line[at] === ' ' || line[at] === '\t') at++;
      if (at < line.length && line[at] !== ',') return null;
    } else {
      const comma = line.indexOf(',', at);
      field = line.slice(at, comma < 0 ? line.length : comma);
      at = comma < 0 ? line.length : comma;
    }
    fields.push(field.trim());
    if (at >= line.length) return fields;
    at++;
  }
}

/** The quote that ends the field; -1: none does. Two of them are one that belongs to it. */
function closing(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at;
  }
  return -1;
}

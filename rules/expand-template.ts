/**
 * Go's regexp.Expand (https://pkg.go.dev/regexp#Regexp.Expand), which relabelling is written with: `$1`, `${1}`, `$name`,
 * `${name}`, `$$`. A name is as long as it can be: `$1x` is the group `1x`, which there is not. What no group has is empty.
 */

const VARIABLE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;
const NUMBER = /^(?:0|[1-9]\d{0,7})$/;

export function expandTemplate(template: string, match: RegExpExecArray): string {
  if (!template.includes('$')) return template;
  return template.replace(VARIABLE, (_text, plain: string | undefined, braced: string | undefined) => {
    const name = plain ?? braced;
    return name === undefined ? '$' : groupOf(match, name);
  });
}

function groupOf(match: RegExpExecArray, name: string): string {
  if (NUMBER.test(name)) return match[Number(name)] ?? '';
  return match.groups !== undefined && Object.hasOwn(match.groups, name) ? (match.groups[name] ?? '') : '';
}

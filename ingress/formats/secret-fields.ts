/**
 * What stands under the name of a secret is masked before an alert is kept anywhere: labels, annotations, what is nested in details and
 * data, and what a link carries. Only names tell: of a value alone nobody can say whether it is one.
 */

import type { LabelSet } from '../../alert/alert.ts';

export const MASKED = '[masked]';

/** The whole name, its words put together. Alone, these are said of nothing else; at the end of another name `secret` names an object of Kubernetes. */
const WHOLE: ReadonlySet<string> = new Set([
  ...['secret', 'pwd', 'pass', 'cookie', 'setcookie', 'credentials'],
  ...['routingkey', 'integrationkey', 'servicekey', 'signingkey', 'encryptionkey'],
]);
/** Names that end in these words: `DB_PASSWORD`, `x-api-key`, `githubToken`. */
const ENDINGS: ReadonlySet<string> = new Set([
  ...['password', 'passwd', 'passphrase', 'token', 'authorization', 'apikey', 'apitoken'],
  ...['accesskey', 'secretkey', 'privatekey', 'clientsecret', 'appsecret', 'webhooksecret', 'signingsecret'],
]);

const MOST_KNOWN = 10_000;
/** The same names come with every alert. */
const known = new Map<string, boolean>();

export function isSecretName(name: string): boolean {
  let is = known.get(name);
  if (is === undefined) {
    is = judge(name);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(name, is);
  }
  return is;
}

const LONGEST_NAME = 100;

function judge(name: string): boolean {
  if (name.length > LONGEST_NAME) return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  if (WHOLE.has(words.join(''))) return true;
  return ENDINGS.has(words.at(-1) ?? '') || ENDINGS.has(words.slice(-2).join(''));
}

/** The same object where nothing is masked. */
export function maskFields(fields: LabelSet): LabelSet {
  for (const name in fields) if (isSecretName(name)) return masked(fields);
  return fields;
}

function masked(fields: LabelSet): LabelSet {
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, isSecretName(name) ? MASKED : text]));
}

const DEEPEST = 100;
/** Some thirty milliseconds; of what is shown of details and data, it is more than the whole. */
const MOST_PARTS = 20_000;

/**
 * As JSON, whatever is nested under the name of a secret masked as a whole. What is nested too deep is not shown, since writing it recurses,
 * nor what has too many parts: others wait for it.
 */
export function maskedJson(value: unknown): string {
  const unshown = tooMuchOf(value);
  if (unshown !== null) return JSON.stringify(unshown);
  return JSON.stringify(value, (name, part: unknown) =>
    part !== null && part !== undefined && part !== '' && isSecretName(name) ? MASKED : part,
  );
}

/** null: it can be written. */
function tooMuchOf(value: unknown): string | null {
  const waiting = [{ part: value, depth: 0 }];
  let parts = 1;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { part, depth } = next;
    if (typeof part !== 'object' || part === null) continue;
    if (depth > DEEPEST) return '[nested too deep]';
    const inner: readonly unknown[] = Array.isArray(part) ? part : Object.values(part);
    parts += inner.length;
    if (parts > MOST_PARTS) return `[more than ${MOST_PARTS} parts]`;
    for (const one of inner) waiting.push({ part: one, depth: depth + 1 });
  }
  return null;
}

const MEMBER = /"((?:[^"\\]|\\.){1,100})"(\s{0,20}:\s{0,20})"(?:[^"\\]|\\.)*(?:"|\\?$)/g;

/** The same for text that should be JSON, and may be cut off or none. */
export function maskedText(text: string): string {
  return text.replace(MEMBER, (member, name: string, colon: string) =>
    isSecretName(name) ? `"${name}"${colon}"${MASKED}"` : member,
  );
}

const USER = /^([a-z][a-z0-9+.-]{0,30}:\/\/)[^/?#\s]*@/i;
const PARAMETER = /([?&;#])([^=?&;#\s]{1,100})=[^&;#\s]+/g;

/** Of nearly every link it is enough to see that none of these is in it. */
const HINT = /pass|pwd|secret|token|auth|key|cookie|cred/i;

/** Each rule has its own link, which comes with every alert of it. */
let knownLinks = new Map<string, string>();
const MOST_LINKS = 1000;
const LONGEST_KNOWN = 1000;

/** Characters. No browser opens a longer one, and masking it would hold up everybody. */
const LONGEST_LINK = 64 * 1024;

/** A link without the user and password in it, and without what its parameters say under the name of a secret. Empty for one that is too long. */
export function maskedLink(url: string): string {
  if (url.length > LONGEST_LINK) return '';
  let masked = knownLinks.get(url);
  if (masked === undefined) {
    masked = maskLink(url);
    if (url.length > LONGEST_KNOWN) return masked;
    if (knownLinks.size >= MOST_LINKS) knownLinks = new Map();
    knownLinks.set(url, masked);
  }
  return masked;
}

function maskLink(url: string): string {
  const open = url.includes('@') ? url.replace(USER, '$1') : url;
  if (!HINT.test(open)) return open;
  return open.replace(PARAMETER, (parameter, before: string, name: string) =>
    isSecretName(name) ? `${before}${name}=${encodeURIComponent(MASKED)}` : parameter,
  );
}

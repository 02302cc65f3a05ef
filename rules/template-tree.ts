/**
 * Finds the templates behind messages while they come: "pod web-7f9c restarted 3 times" and "pod api-5d2e restarted 8 times" are
 * one, "pod <*> restarted <*> times". After Drain (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth
 * Tree", ICWS 2017): a tree by number of words and the first of them, and in its leaves templates, of which the most alike one
 * takes the message in and forgets the words in which they differ.
 *
 * Bounded, whatever comes: words per message, branches per node, templates per leaf and over all. What was matched longest ago
 * goes first. The same messages in the same order give the same templates.
 */

export interface Template {
  /** Counts up from 0 in the order of discovery. */
  readonly id: number;
  /** `<*>` stands for words that vary. */
  text(): string;
}

export interface TemplateOptions {
  /** Share of equal words from which on a message belongs to a template. */
  readonly similarity?: number;
  readonly maxTemplates?: number;
}

const VARIES = '<*>';
/** Levels of the tree below the number of words: more make leaves smaller, fewer forgive variable words at the beginning. */
const DEPTH = 1;
const MAX_BRANCHES = 128;
const MAX_LEAF = 64;
const LONGEST_MESSAGE = 2048;
const MAX_WORDS = 64;

interface Node {
  readonly branches: Map<string, Node>;
  readonly leaf: Mined[];
}

class Mined implements Template {
  readonly id: number;
  readonly words: string[];
  /** From the root down to its leaf. */
  readonly path: readonly string[];

  constructor(id: number, words: string[], path: readonly string[]) {
    this.id = id;
    this.words = words;
    this.path = path;
  }

  text(): string {
    return this.words.join(' ');
  }

  /** Share of equal words; two that vary are equal. Both have the same number of words. */
  likeness(words: readonly string[]): number {
    let equal = 0;
    for (let i = 0; i < words.length; i++) if (this.words[i] === words[i]) equal++;
    return words.length === 0 ? 1 : equal / words.length;
  }

  take(words: readonly string[]): void {
    for (let i = 0; i < words.length; i++) if (this.words[i] !== words[i]) this.words[i] = VARIES;
  }
}

export class TemplateTree {
  readonly #similarity: number;
  readonly #maxTemplates: number;
  readonly #root: Node = emptyNode();
  /** In the order in which they were matched last. */
  readonly #templates = new Set<Mined>();
  #next = 0;

  constructor({ similarity = 0.5, maxTemplates = 4096 }: TemplateOptions = {}) {
    this.#similarity = similarity;
    this.#maxTemplates = Math.max(1, maxTemplates);
  }

  get size(): number {
    return this.#templates.size;
  }

  /**
   * The template that the message belongs to, made when there is none. A later message may make its text more general.
   * `variable`: words that are known to vary, such as the values of the alert's own labels.
   */
  learn(message: string, variable: ReadonlySet<string> = NONE): Template {
    const words = wordsOf(message, variable);
    const path = this.#pathOf(words);
    const leaf = this.#leaf(path);
    const known = this.#mostAlike(leaf, words);
    if (known === null) return this.#add(leaf, words, path);
    known.take(words);
    this.#templates.delete(known);
    this.#templates.add(known);
    return known;
  }

  #mostAlike(leaf: readonly Mined[], words: readonly string[]): Mined | null {
    let best: Mined | null = null;
    let most = this.#similarity;
    for (const template of leaf) {
      const likeness = template.likeness(words);
      // Of equals the older one, so that the answer does not depend on what came in between.
      if (likeness > most || (best === null && likeness === most)) {
        best = template;
        most = likeness;
      }
    }
    return best;
  }

  #add(leaf: Mined[], words: string[], path: readonly string[]): Mined {
    const template = new Mined(this.#next++, words, path);
    leaf.push(template);
    this.#templates.add(template);
    if (leaf.length > MAX_LEAF) this.#drop(this.#oldestOf(leaf));
    if (this.#templates.size > this.#maxTemplates) {
      const [oldest] = this.#templates;
      this.#drop(oldest!);
    }
    return template;
  }

  #oldestOf(leaf: readonly Mined[]): Mined {
    const members = new Set(leaf);
    for (const template of this.#templates) if (members.has(template)) return template;
    return leaf[0]!;
  }

  #drop(template: Mined): void {
    this.#templates.delete(template);
    prune(this.#root, template, 0);
  }

  #pathOf(words: readonly string[]): string[] {
    const path = [String(words.length)];
    let node = this.#root.branches.get(path[0]!);
    for (let level = 0; level < DEPTH && level < words.length; level++) {
      const word = words[level]!;
      const full = node !== undefined && !node.branches.has(word) && node.branches.size >= MAX_BRANCHES;
      const step = full ? VARIES : word;
      path.push(step);
      node = node?.branches.get(step);
    }
    return path;
  }

  #leaf(path: readonly string[]): Mined[] {
    let node = this.#root;
    for (const step of path) {
      let next = node.branches.get(step);
      if (next === undefined) {
        next = emptyNode();
        node.branches.set(step, next);
      }
      node = next;
    }
    return node.leaf;
  }
}

function emptyNode(): Node {
  return { branches: new Map(), leaf: [] };
}

/** Takes the template out, and the nodes that nothing hangs on any more. */
function prune(node: Node, template: Mined, level: number): void {
  const step = template.path[level];
  if (step === undefined) {
    node.leaf.splice(node.leaf.indexOf(template), 1);
    return;
  }
  const next = node.branches.get(step)!;
  prune(next, template, level + 1);
  if (next.branches.size === 0 && next.leaf.length === 0) node.branches.delete(step);
}

const NONE: ReadonlySet<string> = new Set();

/** What holds a digit is a number, an address, a hash, a time, a pod's name: it varies. */
function wordsOf(message: string, variable: ReadonlySet<string>): string[] {
  const words = message.slice(0, LONGEST_MESSAGE).split(/[\s=,;:()[\]{}"'|/]+/, MAX_WORDS + 2);
  const kept = words.filter((word) => word !== '').slice(0, MAX_WORDS);
  return kept.map((word) => (/\d/.test(word) || variable.has(word) ? VARIES : word));
}

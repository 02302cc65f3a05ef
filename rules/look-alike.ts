/**
 * How a name reads to a person, for names that hide what they are: `payments-рrod` with a Cyrillic er, `ＰＲＯＤ` in full
 * width, `pro\u200bd`, `pr0d`, `payments_prod`. The idea is the skeleton of Unicode UTS #39 (https://www.unicode.org/reports/tr39),
 * cut down to what is taken for a Latin letter, and with digits and separators as well.
 *
 * The reading is only ever used to make a name more dangerous than it was as written, so folding too much costs a wrong
 * alarm and folding too little is what the default of the policy is for.
 */

/** null: the name reads as it is written. */
export function readingOf(name: string): string | null {
  if (PLAIN.test(name)) return null;
  const letters = name
    .normalize('NFKC')
    .normalize('NFD')
    .replace(INVISIBLE, '')
    .replace(NOT_ASCII, (letter) => LOOK_ALIKES.get(letter) ?? letter)
    .replace(SEPARATORS, '-')
    .replace(DIGIT_IN_WORD, (digit) => (digit === '0' ? 'o' : 'i'));
  return letters === name ? null : letters;
}

/** Lower- or upper-case letters, digits and hyphens, no 0 or 1 between letters: nearly all names, told by one look. */
const PLAIN = /^(?:[a-z2-9-]|(?<![a-z])[01]|[01](?![a-z01]))*$/i;

/** Combining marks (what NFD splits off), and what shows nothing: zero-width, directions, soft hyphen, variation selectors. */
const INVISIBLE = /(?![\t\r\n])[\p{M}\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;
const NOT_ASCII = /\P{ASCII}/gu;
/** Every dash, and what other platforms put between the parts of a name. */
const SEPARATORS = /[\p{Pd}\u2212\u2215\u30fc_.:/\\ \t\r\n]+/gu;
/** At the end of a word a digit numbers a cluster; within one it stands for a letter. */
const DIGIT_IN_WORD = /(?<=[a-z])[01](?=[a-z])/gi;

/** Latin letter, and what is taken for it: Cyrillic, Greek, Armenian, Cherokee, Coptic, small capitals, Latin extensions. */
const TABLE: readonly (readonly [string, string])[] = [
  ['a', 'аαɑａᴀꭺаΑАᎪ'],
  ['b', 'ƅьЬᏏʙɓΒВᏴ'],
  ['c', 'сϲᴄⲥꮯСϹᏟⲤƈ'],
  ['d', 'ԁɗɖđԀᏧꓒᴅժꭰᎠ'],
  ['e', 'еєҽεΕЕᎬɛᴇ℮ə'],
  ['g', 'ɡցԍɢƍ'],
  ['h', 'һհᏂнНΗᎻʜ'],
  ['i', 'іıιɩɪӏΙІᎥƖłӀ'],
  ['k', 'кκКΚᏦᴋ'],
  ['l', 'ⅼʟւᏞƚɫɬ'],
  ['m', 'мΜМᎷᴍ'],
  ['n', 'пηոռɴηпΝΠƞ'],
  ['o', 'оοσօөøΟОՕᴏᴑჿଠ০୦०ﮨ๐໐'],
  ['p', 'рρϱҏΡРᏢᴘⲣþ'],
  ['q', 'ԛգզ'],
  ['r', 'гʀɾɼŗᴦⲅяᏒᖇꭇꭈɍ'],
  ['s', 'ѕʂЅՏᏚꜱƽ'],
  ['t', 'тτŧƭТΤᎢᴛ'],
  ['u', 'υսʋцμᴜՍᑌ'],
  ['v', 'νѵᴠѴᏙΝ∨ⅴט'],
  ['w', 'ѡԝաᏔᴡω'],
  ['x', 'хχХΧ×'],
  ['y', 'уγҮүУΥʏ'],
  ['z', 'ᴢΖᏃʐ'],
];

const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  TABLE.flatMap(([latin, others]) => [...others].map((other): [string, string] => [other, latin])),
);

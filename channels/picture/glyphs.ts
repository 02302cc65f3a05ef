/**
 * Digits, what stands between them in times and dates, and the letters of large and small numbers, as lines to draw. A server often has no font at all, and the picture must
 * look the same everywhere.
 */

/** On a grid 4 wide and 6 high; `width` without the space after it. */
const GLYPHS: Readonly<Record<string, { readonly width: number; readonly path: string }>> = {
  0: { width: 4, path: 'M2 0Q4 0 4 2V4Q4 6 2 6Q0 6 0 4V2Q0 0 2 0Z' },
  1: { width: 4, path: 'M0.8 1.3L2.3 0V6M0.8 6H3.8' },
  2: { width: 4, path: 'M0 1.6Q0 0 2 0Q4 0 4 1.7Q4 2.8 2.6 3.9L0 6H4' },
  3: { width: 4, path: 'M0 1Q0.6 0 2 0Q3.8 0 3.8 1.5Q3.8 2.9 1.8 2.9Q4 2.9 4 4.4Q4 6 2 6Q0.5 6 0 4.9' },
  4: { width: 4, path: 'M3 6V0L0 4.2H4' },
  5: { width: 4, path: 'M3.7 0H0.6L0.3 2.7Q1 2.2 2 2.2Q4 2.2 4 4.1Q4 6 2 6Q0.5 6 0 4.9' },
  6: { width: 4, path: 'M3.6 0.7Q3 0 2 0Q0 0 0 3Q0 6 2 6Q4 6 4 4.2Q4 2.5 2 2.5Q0.4 2.5 0 4' },
  7: { width: 4, path: 'M0 0H4L1.5 6' },
  8: {
    width: 4,
    path: 'M2 2.8Q0.3 2.8 0.3 1.4Q0.3 0 2 0Q3.7 0 3.7 1.4Q3.7 2.8 2 2.8Q4 2.8 4 4.4Q4 6 2 6Q0 6 0 4.4Q0 2.8 2 2.8Z',
  },
  9: { width: 4, path: 'M0.4 5.3Q1 6 2 6Q4 6 4 3Q4 0 2 0Q0 0 0 1.8Q0 3.5 2 3.5Q3.6 3.5 4 2' },
  ':': { width: 0.8, path: 'M0.4 1.9V2M0.4 4.5V4.6' },
  '.': { width: 0.8, path: 'M0.4 5.9V6' },
  '-': { width: 2.6, path: 'M0 3.2H2.6' },
  '/': { width: 2.4, path: 'M0 6.4L2.4 -0.4' },
  k: { width: 3.6, path: 'M0 0V6M3.3 2L0 4.4M1.3 3.5L3.6 6' },
  M: { width: 5, path: 'M0 6V0L2.5 3.6L5 0V6' },
  G: { width: 4, path: 'M3.9 1.2Q3.4 0 2.1 0Q0 0 0 3Q0 6 2.1 6Q4 6 4 4.6V3.4H2.4' },
  P: { width: 4, path: 'M0 6V0H2.2Q4 0 4 1.7Q4 3.3 2.2 3.3H0' },
  E: { width: 3.8, path: 'M3.8 0H0V6H3.8M0 2.9H3.2' },
  T: { width: 4, path: 'M0 0H4M2 0V6' },
  µ: { width: 3.4, path: 'M0 7.4V2M0 4.4Q0 6 1.6 6Q3.3 6 3.3 4.3V2M3.3 4.6V6' },
  n: { width: 3.4, path: 'M0 6V2M0 3.8Q0.2 2 1.8 2Q3.4 2 3.4 3.8V6' },
  ' ': { width: 1.6, path: '' },
};

const SPACE = 1.5;

export function textWidth(text: string, height: number): number {
  const widths = [...text].map((character) => GLYPHS[character]?.width ?? 0);
  return ((widths.reduce((sum, width) => sum + width, 0) + SPACE * Math.max(0, widths.length - 1)) * height) / 6;
}

/** SVG elements with the text's top at `y`. Characters that are no glyph are left out. */
export function drawText(
  text: string,
  x: number,
  y: number,
  height: number,
  align: 'start' | 'middle' | 'end',
): string {
  const width = textWidth(text, height);
  let at = x - (align === 'start' ? 0 : align === 'end' ? width : width / 2);
  const scale = height / 6;
  return [...text]
    .map((character) => {
      const glyph = GLYPHS[character];
      if (glyph === undefined) return '';
      const drawn = `<path d="${glyph.path}" transform="translate(${round(at)} ${round(y)}) scale(${round(scale)})"/>`;
      at += (glyph.width + SPACE) * scale;
      return glyph.path === '' ? '' : drawn;
    })
    .join('');
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

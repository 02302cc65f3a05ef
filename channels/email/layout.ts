/**
 * The frame of an HTML mail. Tables and inline styles, because Outlook draws with Word's engine and Gmail drops what it does not know;
 * the style element only adds what a client may ignore: dark colours and narrow screens. Without it the mail is light and still
 * fits, as no width is fixed.
 */

import { DARK, LIGHT, SHADES } from '../palette.ts';
import { printable } from '../template/printable.ts';

export const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
export const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace";

const WIDTH = 640;

/** Written out once for clients that say what they prefer, and once for Outlook's own dark mode, which marks its elements. */
const DARK_RULES: readonly (readonly [string, string])[] = [
  ['.page', `background-color:${DARK.page}`],
  ['.card', `background-color:${DARK.card};border-color:${DARK.line}`],
  // Not the left one, which has the colour of the priority.
  [
    '.inset',
    `background-color:${DARK.inset};${['top', 'right', 'bottom'].map((side) => `border-${side}-color:${DARK.line}`).join(';')}`,
  ],
  ['.line', `border-color:${DARK.line}`],
  ['.text', `color:${DARK.text}`],
  ['.quiet', `color:${DARK.quiet}`],
  ['.link', `color:${DARK.link}`],
  ...Object.values(SHADES).map(
    ({ name, darkTint, onDarkTint }) => [`.${name}`, `background-color:${darkTint};color:${onDarkTint}`] as const,
  ),
];

const STYLE = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  `@media (prefers-color-scheme:dark){${rules('')}}`,
  rules('[data-ogsc] '),
  '@media (max-width:480px){.gutter{padding-left:16px!important;padding-right:16px!important}',
  '.edge{padding:0!important}.title{font-size:19px!important;line-height:25px!important}}',
].join('');

function rules(prefix: string): string {
  return DARK_RULES.map(
    ([selector, style]) => `${prefix}${selector}{${style.replaceAll(';', '!important;')}!important}`,
  ).join('');
}

export interface Frame {
  readonly language: string;
  /** What a list of mails shows beside the subject. */
  readonly preview: string;
  readonly title: string;
  readonly accent: string;
  /** Rows of the card, HTML. */
  readonly rows: string;
  /** HTML below the card. */
  readonly footer: string;
}

export function page({ language, preview, title, accent, rows, footer }: Frame): string {
  return [
    `<!DOCTYPE html><html lang="${escapeHtml(language)}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    // Apple's Mail makes links of what looks like a date or a number.
    '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">',
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>`,
    `<body class="page" style="margin:0;padding:0;background-color:${LIGHT.page};-webkit-text-size-adjust:100%">`,
    // Pushed away with blanks, or clients fill the preview up with what follows.
    `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escapeHtml(preview)}${'&#847;&zwnj;&nbsp;'.repeat(40)}</div>`,
    `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="page" style="background-color:${LIGHT.page}">`,
    '<tr><td align="center" class="edge" style="padding:24px 12px">',
    // Outlook knows no max-width.
    `<!--[if mso]><table role="presentation" width="${WIDTH}"><tr><td><![endif]-->`,
    `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="card" style="max-width:${WIDTH}px;`,
    `background-color:${LIGHT.card};border:1px solid ${LIGHT.line};border-collapse:separate;border-radius:8px;overflow:hidden;text-align:left">`,
    `<tr><td style="height:6px;font-size:0;line-height:0;background-color:${accent};border-radius:8px 8px 0 0">&nbsp;</td></tr>`,
    rows,
    '<tr><td style="height:8px;font-size:0;line-height:0">&nbsp;</td></tr></table>',
    '<!--[if mso]></td></tr></table><![endif]-->',
    `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:${WIDTH}px">`,
    `<tr><td class="gutter quiet" style="padding:16px 24px 24px;font:400 12px/18px ${FONT};color:${LIGHT.quiet};text-align:left">`,
    `${footer}</td></tr></table></td></tr></table></body></html>`,
  ].join('');
}

/** One row of the card. `content` is HTML. */
export function row(content: string, padding = '0 24px 16px'): string {
  return `<tr><td class="gutter" style="padding:${padding}">${content}</td></tr>`;
}

/** Long words (a pod's name, a URL) break anywhere rather than make a phone scroll sideways. */
export const BREAKS = 'word-break:break-word;overflow-wrap:anywhere';

export function paragraph(html: string, style = '', quiet = false): string {
  const [className, color] = quiet ? ['quiet', LIGHT.quiet] : ['text', LIGHT.text];
  return `<p class="${className}" style="margin:0 0 8px;font:400 14px/21px ${FONT};color:${color};${BREAKS};${style}">${html}</p>`;
}

export function button(label: string, url: string, solid: string | null): string {
  const look =
    solid === null
      ? `border:1px solid ${LIGHT.line};color:${LIGHT.link}`
      : `border:1px solid ${solid};background-color:${solid};color:#ffffff`;
  const classes = solid === null ? ' class="line link"' : '';
  return (
    `<a href="${escapeHtml(url)}"${classes} style="display:inline-block;margin:0 8px 8px 0;padding:9px 16px;` +
    `border-radius:6px;font:600 14px/18px ${FONT};text-decoration:none;${look}">${escapeHtml(label)}</a>`
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Nothing turns the reading direction either: what is read is what stands there. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/**
 * The texts of a mail unless a Template says otherwise. `text` and `html` are empty: what is built in stands in their place (text.ts,
 * html.ts); a Template that fills one replaces it.
 */

const SET_APART = `{% for pair in groupLabels %}{% unless pair[0] == 'alertname' %}{{ ' · ' }}{{ pair[1] }}{% endunless %}{% endfor %}`;

export const PLAIN_PARTS = {
  // Without the status: a conversation keeps its first subject.
  subject: `[{{ priority }}] {{ title }}${SET_APART}`,
  title: `{{ title }}${SET_APART}`,
  intro: [
    '{% if taken %}{{ "acknowledged" | text | capitalize }}{% if takenBy != "" %}: {{ takenBy }}{% endif %}. {% elsif escalated %}{{ "escalated" | text }}. {% elsif repeated %}{{ "repeated" | text }}. {% endif %}',
    // What the alerts say stands with each of them.
    '{% for sentence in held %}{{ "held" | text }}: {{ sentence }}. {% endfor %}',
  ].join(''),
  text: '',
} as const;

/** Escaped for HTML. */
export const HTML_PARTS = { html: '' } as const;

/** What a Template may declare. */
export const EMAIL_PARTS: readonly string[] = ['subject', 'title', 'intro', 'text', 'html'];

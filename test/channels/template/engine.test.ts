import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Compiled, compile } from '../../../channels/template/engine.ts';
import type { Escape } from '../../../channels/template/output.ts';
import '../../support/leaks.ts';

const NOW = Date.parse('2026-11-23T09:00:00Z');
const SETTINGS = { locale: { language: 'en', tag: 'en-GB', timeZone: 'UTC' }, now: NOW } as const;

function compiled(source: string, mode: Escape = 'none'): Compiled & { ok: true } {
  const template = compile(source, mode);
  assert.ok(template.ok, template.ok ? '' : template.fault.message);
  return template;
}

function rendered(source: string, scope: object = {}, mode: Escape = 'none'): string {
  const result = compiled(source, mode).render(scope, SETTINGS);
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.text;
}

function fault(source: string, scope: object = {}, mode: Escape = 'none') {
  const template = compile(source, mode);
  if (!template.ok) return template.fault;
  const result = template.render(scope, SETTINGS);
  assert.ok(!result.ok, `it was rendered: ${result.ok ? result.text.slice(0, 200) : ''}`);
  return result.fault;
}

test('[BR-NOT-007] values, conditions and loops are put in; what is not there is empty', () => {
  const source =
    '{% for a in alerts %}{{ a.name }}{% unless forloop.last %}, {% endunless %}{% endfor %}{{ gone.deep }}!';
  assert.equal(rendered(source, { alerts: [{ name: 'one' }, { name: 'two' }] }), 'one, two!');
});

test('[BR-NOT-007] a template that cannot be read is named with its line and column', () => {
  assert.deepEqual(fault('line one\n  {% if x %}never closed'), {
    line: 2,
    column: 3,
    message: 'tag {% if x %} not closed',
    tookTooLong: false,
  });
  assert.match(fault('{{ x | shout }}').message, /undefined filter: shout/);
  assert.match(fault('{% shout %}').message, /tag "shout" not found/);
});

test('[BR-NOT-007] no template reads files or other templates, or evaluates text', () => {
  for (const tag of ['include', 'render', 'layout'])
    assert.match(fault(`{% ${tag} '/etc/passwd' %}`).message, /not found/);
  assert.match(fault("{% block 'x' %}{% endblock %}").message, /not found/);
  for (const filter of ['raw', 'where_exp', 'jsonify', 'inspect', 'date', 'sample', 'base64_encode', 'sha256']) {
    assert.match(fault(`{{ x | ${filter} }}`).message, /undefined filter/, filter);
  }
});

test('[BR-NOT-007] a template reaches no prototype, no function, no process', () => {
  const scope = { labels: { a: 'b' }, list: [1] };
  const attempts = [
    'constructor',
    '__proto__',
    'labels.constructor',
    'labels.__proto__',
    'labels["__proto__"]["constructor"]',
    'labels.a.constructor',
    'labels.toString',
    'list.constructor',
    'list.map',
    'process',
    'globalThis',
    'require',
    'this',
    'settings',
    'context',
    'list.first.constructor',
  ];
  for (const attempt of attempts) assert.equal(rendered(`{{ ${attempt} }}`, scope), '', attempt);
  const inLoop = ['forloop.constructor', 'forloop.__proto__', 'forloop["__proto__"]', 'forloop.hasOwnProperty'];
  for (const attempt of inLoop) {
    assert.equal(rendered(`{% for x in list %}{{ ${attempt} }}{% endfor %}`, scope), '', attempt);
  }
  const caught = '{% capture c %}x{% endcapture %}{{ c.constructor }}{{ c.__proto__ }}{{ c.valueOf }}';
  assert.equal(rendered(caught, scope), '');
});

test('[BR-NOT-007] no template changes what it is given', () => {
  const scope = Object.freeze({ labels: Object.freeze({ a: 'b' }) });
  assert.equal(rendered("{% assign labels = 'gone' %}{{ labels }}", scope), 'gone');
  assert.deepEqual(scope, { labels: { a: 'b' } });
  assert.match(fault('{% increment labels %}', scope).message, /not found/);
});

test('[BR-NOT-007] a template that goes on and on is cut off', () => {
  const loops = '{% for a in (1..3000) %}{% for b in (1..1000) %}{% assign x = b | plus: 1 %}{% endfor %}{% endfor %}';
  const { message, tookTooLong } = fault(loops);
  // Whichever of the two limits a machine reaches first.
  assert.match(message, /takes longer than 250 ms|makes more than 3000000/);
  assert.equal(tookTooLong, /takes longer/.test(message));
  const list = Array.from({ length: 2000 }, (_, index) => index);
  const endless = '{% for a in list %}{% for b in list %}{% for c in list %}{% endfor %}{% endfor %}{% endfor %}';
  assert.equal(fault(endless, { list }).message, 'it takes longer than 250 ms');
});

test('[BR-NOT-007] a template that makes too much is cut off, wherever it keeps it', () => {
  assert.match(
    fault('{% for i in (1..60000) %}0123456789012345678901234567890123456789{% endfor %}').message,
    /longer than 1000000/,
  );
  assert.match(fault('{% for i in (1..999999999) %}{% endfor %}').message, /makes more than/);
  const cut = /makes more than|takes longer/;
  const doubling = (twice: string) => `{% assign x = 'abcdefgh&' %}{% for i in (1..60) %}${twice}{% endfor %}`;
  assert.match(fault(doubling('{% assign x = x | append: x %}')).message, cut);
  assert.match(fault(doubling('{% capture x %}{{ x }}{{ x }}{% endcapture %}')).message, cut);
  assert.match(fault(doubling('{% assign x = x | markdown | markdown %}')).message, cut);
  assert.match(fault(doubling('{% assign x = x | json | json | json %}')).message, cut);
  assert.match(fault('x'.repeat(100_001)).message, /longer than 100000/);
});

test('[BR-NOT-007] in HTML everything is escaped once, and what filters made is not escaped again', () => {
  const scope = { x: `<b onclick="a('b')">&</b>`, url: 'https://a.example/?a=1&b="2"' };
  const escaped = '&lt;b onclick=&#34;a(&#39;b&#39;)&#34;&gt;&amp;&lt;/b&gt;';
  assert.equal(rendered('<p>{{ x }}</p>', scope, 'html'), `<p>${escaped}</p>`);
  assert.equal(rendered('{{ x | escape }}', scope, 'html'), escaped);
  assert.equal(rendered('{% capture c %}<i>{{ x }}</i>{% endcapture %}{{ c }}', scope, 'html'), `<i>${escaped}</i>`);
  assert.equal(rendered('{{ x | escape | upcase }}', { x: '<' }, 'html'), '&amp;LT;');
  assert.equal(
    rendered('{{ url | link: x }}', scope, 'html'),
    `<a href="https://a.example/?a=1&amp;b=%222%22">${escaped}</a>`,
  );
  assert.equal(rendered('{{ x | newline_to_br }}', { x: '<\n>' }, 'html'), '&lt;<br>\n&gt;');
  assert.equal(rendered('{{ x }}', scope), scope.x);
});

test('[BR-NOT-007] nothing but a web address becomes a link', () => {
  for (const address of [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'https://',
    '',
  ]) {
    assert.equal(rendered("{{ x | link: 'Source' }}", { x: address }, 'html'), 'Source', address);
    assert.equal(rendered("{{ x | markdown_link: 'Source' }}", { x: address }), 'Source', address);
    assert.equal(rendered("{{ x | slack_link: 'Source' }}", { x: address }), 'Source', address);
    assert.equal(rendered('{{ x | url }}', { x: address }), '', address);
  }
  const scope = { x: 'https://a.example/(x)?y=|<z>&t', name: 'a]|<!channel>' };
  assert.equal(
    rendered('{{ x | markdown_link: name }}', scope),
    '[a\\]|<!channel>](https://a.example/%28x%29?y=|%3Cz%3E&t)',
  );
  assert.equal(
    rendered('{{ x | slack_link: name }}', scope),
    '<https://a.example/(x)?y=%7C%3Cz%3E&amp;t|a]| !channel>',
  );
  assert.equal(rendered("{{ x | link: 'Source' }}", { x: 'https://a.example' }), 'Source: https://a.example/');
});

test('[BR-NOT-007] control characters and marks that turn the reading direction are shown, not obeyed', () => {
  assert.equal(rendered('{{ x }}', { x: 'a\u001b[2J\u202eb\r\nc\td\ud800' }), 'a\\u{1b}[2J\\u{202e}b\nc\td\\u{d800}');
  const text = rendered('{{ x | json }}', { x: { a: 'q"\u202e\u001b' } });
  assert.equal(text, '{"a":"q\\"\\u202e\\u001b"}');
  assert.deepEqual(JSON.parse(text), { a: 'q"\u202e\u001b' });
});

test('[BR-NOT-007] times are those of the zone and the language, or of the zone that the template names', () => {
  const at = { at: Date.parse('2026-07-23T16:05:09Z') };
  const inBerlin = { locale: { language: 'de', tag: 'de', timeZone: 'Europe/Berlin' }, now: NOW } as const;
  const german = (source: string) => compiled(source).render(at, inBerlin);
  assert.equal(rendered('{{ at | time }}', at), '23 Jul 2026, 16:05:09 UTC');
  assert.equal(rendered("{{ at | time: 'Europe/Berlin' }}", at), '23 Jul 2026, 18:05:09 CEST');
  assert.equal(rendered("{{ at | time: 'Asia/Kolkata', 'clock' }}", at), '21:35');
  assert.equal(rendered("{{ at | time: 'iso' }}", at), '2026-07-23T16:05:09Z');
  assert.deepEqual(german('{{ at | time }}'), { ok: true, text: '23. Juli 2026, 18:05:09 MESZ' });
  assert.deepEqual(german("{{ at | time: 'date' }}"), { ok: true, text: '23. Juli 2026' });
  assert.deepEqual(german('{{ 7500000 | duration }}'), { ok: true, text: '2 Std 5 Min' });
  assert.deepEqual(german("{{ 'P1' | priority }} {{ 1234 | alerts }}"), { ok: true, text: 'P1 kritisch 1.234 Alarme' });
  assert.equal(rendered('{{ nothing | time }}{{ nothing | relative }}{{ nothing | duration }}'), '');
  assert.match(fault("{{ 0 | time: 'Europe/Berlim' }}").message, /"Europe\/Berlim" is no time zone such as/);
});

test('[BR-NOT-007] durations have their two largest units, and ages are told from now', () => {
  for (const [milliseconds, text] of [
    [0, '0s'],
    [999, '1s'],
    [59_999, '1m'],
    [61_000, '1m 1s'],
    [3_600_000, '1h'],
    [90_061_000, '1d 1h'],
  ] as const) {
    assert.equal(rendered('{{ x | duration }}', { x: milliseconds }), text);
  }
  assert.equal(rendered('{{ x | relative }}', { x: NOW - 300_000 }), '5 minutes ago');
  assert.equal(rendered('{{ x | relative }}', { x: NOW + 3_600_000 }), 'in 1 hour');
});

test('[BR-NOT-007] truncation keeps characters whole, by characters and by bytes', () => {
  const family = '👨‍👩‍👧‍👦';
  assert.equal(rendered('{{ x | truncate: 5 }}', { x: `ab${family}cdefg` }), 'ab...');
  assert.equal(rendered('{{ x | truncate: 6 }}', { x: `ab${family}cdefg` }), `ab${family}...`);
  assert.equal(rendered('{{ x | truncate: 3 }}', { x: `ab${family}` }), `ab${family}`);
  assert.equal(rendered("{{ x | truncate_bytes: 10, '…' }}", { x: 'ääääää' }), 'äää…');
  assert.equal(rendered('{{ x | truncate_bytes: 12 }}', { x: 'ääääää' }), 'ääääää');
  assert.equal(rendered('{{ x | truncate: 2 }}', { x: 'abcdef' }), '..');
  assert.match(fault("{{ 'abc' | truncate: 'many' }}").message, /truncate: "many" is no length/);
});

test('[BR-NOT-007] escapes for Markdown and Slack leave nothing that formats, links or mentions', () => {
  assert.equal(rendered('{{ x | markdown }}', { x: '**b** [l](u) <@1>' }), '\\*\\*b\\*\\* \\[l\\]\\(u\\) \\<\\@1\\>');
  assert.equal(rendered('{{ x | slack }}', { x: '<!channel> & <@U1>' }), '&lt;!channel&gt; &amp; &lt;@U1&gt;');
  assert.equal(rendered('{{ x | labels }}', { x: { b: '"', a: '1' } }), 'a="1", b="\\""');
  assert.equal(
    rendered("{{ 'P2' | emoji }}{{ 'resolved' | emoji }}{{ 'CRITICAL' | emoji }}{{ 'constructor' | emoji }}"),
    '🟠✅🔴⚪',
  );
});

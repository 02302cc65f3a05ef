/** Bodies that are not JSON, and what must not happen with them. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { readMedia } from '../../ingress/media.ts';
import { compileMapping, type Mapping } from '../../rules/mapping.ts';
import { until } from '../support/until.ts';
import { alertNamed, type Door, openDoor, source } from './herald-door.ts';

let door: Door;

before(async () => {
  door = await openDoor();
  const compiled = compileMapping({
    alerts: 'body.events.event',
    labels: { alertname: 'item.name', host: 'item["@host"]' },
  });
  assert.ok(compiled.ok, JSON.stringify(compiled));
  const mapping: Mapping = compiled.mapping;
  door.sources.set('xml', { ...source('xml', 'mapped'), mapping });
  const form = compileMapping({ labels: { alertname: 'body.name', host: 'body.host' } });
  assert.ok(form.ok);
  door.sources.set('form', { ...source('form', 'mapped'), mapping: form.mapping });
});

async function send(name: string, type: string, body: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': type };
  const answer = await fetch(`${door.url}/v1/webhooks/${name}`, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

const lastLabels = () => door.publisher.entries.slice(-2).map(({ alert }) => alert.labels);

test('[BR-INT-011] [BR-WH-018] YAML is read as JSON is', async () => {
  const body = 'alerts:\n  - labels: { alertname: Down, port: "0123" }\n  - labels: { alertname: Up }\n';
  for (const type of ['application/yaml', 'text/x-yaml', 'application/x-yaml; charset=utf-8']) {
    assert.equal((await send('herald', type, body)).status, 202, type);
  }
  assert.deepEqual(lastLabels(), [{ alertname: 'Down', port: '0123' }, { alertname: 'Up' }]);
});

test('[BR-INT-011] [BR-WH-018] XML becomes objects that a mapping reads, digits and all', async () => {
  const body =
    '<?xml version="1.0"?><events><event host="n1"><name>007</name></event><event host="n2"><name>A &amp; B</name></event></events>';
  assert.deepEqual(await send('xml', 'application/xml', body).then(({ status }) => status), 202);
  assert.deepEqual(lastLabels(), [
    { alertname: '007', host: 'n1' },
    { alertname: 'A & B', host: 'n2' },
  ]);
});

test('[BR-INT-011] [BR-WH-018] where a list of XML has one element, it is read as a list of one', async () => {
  const stored = door.publisher.entries.length;
  const one = '<events><event host="n1"><name>Down</name></event></events>';
  assert.equal((await send('xml', 'application/xml', one)).status, 202);
  assert.deepEqual(
    [door.publisher.entries.length, lastLabels().at(-1)],
    [stored + 1, { alertname: 'Down', host: 'n1' }],
  );
  const none = await send('xml', 'application/xml', '<events>none</events>');
  assert.deepEqual([none.status, /a list, or one object, from body\.events\.event/.test(none.text)], [422, true]);
});

test('[BR-INT-011] [BR-WH-018] form data is read; a lone payload holds JSON', async () => {
  assert.equal((await send('form', 'application/x-www-form-urlencoded', 'name=Disk+full&host=n%C3%B6')).status, 202);
  assert.deepEqual(lastLabels().at(-1), { alertname: 'Disk full', host: 'n\u00f6' });
  const payload = new URLSearchParams({ payload: JSON.stringify(alertNamed('InPayload')) }).toString();
  assert.equal((await send('herald', 'application/x-www-form-urlencoded', payload)).status, 202);
  assert.deepEqual(lastLabels().at(-1), { alertname: 'InPayload' });
});

const LAUGHS = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join()}]`).join('\n')}`;
const BILLION = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><events>&b;</events>`;
const EXTERNAL =
  '<!doctype x [<!ENTITY f SYSTEM "file:///etc/passwd">]><events><event><name>&f;</name></event></events>';

test('[BR-WH-024] laughs by the billion, external entities, nesting and broken text are refused with a reason', async () => {
  const hostile: readonly (readonly [string, string])[] = [
    ['application/yaml', LAUGHS],
    ['application/yaml', '['.repeat(20_000)],
    ['application/yaml', '{'.repeat(20_000) + '}'.repeat(20_000)],
    ['application/yaml', 'a: 1\na: 2'],
    ['application/yaml', '&a [*a]'],
    ['application/yaml', 'a: 1\n---\nb: 2'],
    ['application/yaml', '!!js/function "x"'],
    ['application/xml', BILLION],
    ['application/xml', EXTERNAL],
    ['application/xml', '<a>'.repeat(50_000)],
    ['application/xml', '<a><b></a>'],
    ['application/xml', 'no xml'],
  ];
  for (const [type, body] of hostile) {
    const { status, text } = await send('xml', type, body);
    assert.ok(status === 400 || status === 422, `${status} for ${body.slice(0, 60)}: ${text.slice(0, 200)}`);
    assert.doesNotMatch(text, /root:/);
  }
  assert.equal((await send('xml', 'application/yaml', `a: ${'x'.repeat(1024 * 1024)}`)).status, 413);
  assert.equal((await send('xml', 'application/xml', `<a>${'x'.repeat(2 * 1024 * 1024)}</a>`)).status, 413);
});

test('[BR-WH-024] a small body with thousands of mistakes is refused by the first, and errors elsewhere keep their stacks', () => {
  const read = readMedia('yaml', '\t- %\n'.repeat(800));
  assert.ok('problem' in read);
  assert.match(read.problem, /^line 1: is not good YAML: a tab; indent with spaces/);
  assert.match(new Error('here').stack ?? '', /media\.test\.ts/);
});

test('[BR-WH-024] __proto__ and its like are names like any other, in every kind of body', async () => {
  const bodies: readonly (readonly [string, string, string])[] = [
    [
      'herald',
      'application/json',
      '{"labels":{"alertname":"x","constructor":"c","toString":"t"},"__proto__":{"status":"resolved"}}',
    ],
    [
      'herald',
      'application/yaml',
      '__proto__: { polluted: yes }\nlabels: { alertname: x }\nconstructor: { prototype: { polluted: yes } }',
    ],
    ['form', 'application/x-www-form-urlencoded', '__proto__=polluted&name=x&host=h&constructor=c'],
    [
      'xml',
      'application/xml',
      '<events><__proto__><polluted>yes</polluted></__proto__><event host="h"><name>x</name></event></events>',
    ],
  ];
  for (const [name, type, body] of bodies) {
    const { status, text } = await send(name, type, body);
    assert.ok(status === 202 || status === 400 || status === 422, `${type}: ${status} ${text}`);
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  const { status } = await send('herald', 'application/json', '{"labels":{"alertname":"x","__proto__":"y"}}');
  assert.equal(status, 422);
});

test('[BR-WH-024] so many labels, and so long ones, and no more', async () => {
  const labelled = (labels: object) => send('herald', 'application/json', JSON.stringify({ labels }));
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, 'v']));
  assert.equal((await labelled(many(512))).status, 202);
  for (const labels of [many(513), many(50_000), { a: 'x'.repeat(1024 * 1024) }, { ['n'.repeat(2000)]: 'x' }]) {
    const { status, text } = await labelled(labels);
    assert.deepEqual([status, text.length < 5000], [422, true]);
  }
  const { status, text } = await labelled(many(50_001));
  assert.deepEqual([status, /more than 50000 members/.test(text)], [400, true]);
});

test('[BR-WH-024] what stands under the name of a secret is masked before it is kept', async () => {
  const annotations = { summary: 'down', password: 'hunter2', Authorization: 'Bearer hunter2' };
  const body = JSON.stringify({ labels: { alertname: 'x', token: 'hunter2' }, annotations });
  assert.equal((await send('herald', 'application/json', body)).status, 202);
  const { alert } = door.publisher.entries.at(-1)!;
  assert.deepEqual(alert.labels, { alertname: 'x', token: '[masked]' });
  assert.deepEqual(alert.annotations, { summary: 'down', password: '[masked]', Authorization: '[masked]' });
});

const keysOf = (count: number) => Array.from({ length: count }, (_, i) => `  k${i}: v`).join('\n');

test('[BR-WH-024] others are answered while a large body of YAML is read', async () => {
  const ended: string[] = [];
  const large = send('herald', 'application/yaml', `labels: { alertname: Large }\nx:\n${keysOf(50_000)}\n`);
  const small = send('herald', 'application/json', JSON.stringify(alertNamed('Small')));
  await Promise.all([large.then(() => ended.push('large')), small.then(() => ended.push('small'))]);
  assert.deepEqual(ended, ['small', 'large']);
  assert.deepEqual([(await large).status, (await small).status], [202, 202]);
  assert.deepEqual(lastLabels(), [{ alertname: 'Small' }, { alertname: 'Large' }]);
});

/** Takes minutes. */
const ALIASES = Array.from({ length: 30_000 }, (_, i) => `k${i}: &a x\nl${i}: *a`).join('\n');
const LARGE = `# ${'x'.repeat(10_000)}\nlabels: { alertname: y }`;

test('[BR-WH-024] a body that would be read for minutes is broken off, and the next one is read', async () => {
  const impatient = await openDoor([], { mediaLimit: 2000 });
  const headers = { 'content-type': 'application/yaml' };
  const post = (name: string, body: string) =>
    fetch(`${impatient.url}/v1/webhooks/${name}`, { method: 'POST', headers, body });
  const broken = await post('herald', ALIASES);
  assert.deepEqual([broken.status, broken.headers.get('retry-after')], [503, '5']);
  assert.match(await broken.text(), /urn:herald:problem:body\.busy/);
  let others = 0;
  await until('another body to be read', async () => {
    // On a slow machine it may take too long with the thread that it starts, and its source would rest as well.
    const name = `other-${others++}`;
    impatient.sources.set(name, source(name, 'herald'));
    return (await post(name, LARGE)).status === 202;
  });
  assert.equal((await post('herald', LARGE)).status, 503, 'its source rests');
  await until('its source to be read again', async () => {
    impatient.clock.advance(10_000);
    return (await post('herald', LARGE)).status === 202;
  });
});

test('[BR-WH-024] bodies of one source that take long delay no other source', async () => {
  const impatient = await openDoor([], { mediaLimit: 2000 });
  const ended: string[] = [];
  const yaml = async (name: string, body: string) => {
    const headers = { 'content-type': 'application/yaml' };
    const answer = await fetch(`${impatient.url}/v1/webhooks/${name}`, { method: 'POST', headers, body });
    ended.push(...(body === ALIASES ? ['slow'] : []));
    return answer;
  };
  impatient.sources.set('slow', source('slow', 'herald'));
  const slow = [1, 2, 3].map(() => yaml('slow', ALIASES));
  const others = ['herald', 'cloudevents'].map((name) => yaml(name, LARGE));
  const [first, second] = await Promise.all(others);
  assert.deepEqual([first?.status, second?.status, ended], [202, 422, []]);
  await Promise.all(slow);
});

test('[BR-WH-024] aliases of a large body stand for no more than a body may hold', async () => {
  const many = Array.from({ length: 90 }, () => '*a').join(', ');
  door.sources.set('tight', { ...source('tight', 'herald'), maxBodyBytes: 100_000 });
  const { status, text } = await send('tight', 'application/yaml', `a: &a ${'x'.repeat(10_000)}\nb: [${many}]\n`);
  assert.deepEqual([status, /urn:herald:problem:body\.too-large/.test(text)], [413, true], text);
});

test('JSON that curl sends as a form is refused, and the answer says as what it was read', async () => {
  const json = JSON.stringify(alertNamed('x'));
  const { status, text } = await send('herald', 'application/x-www-form-urlencoded', json);
  assert.equal(status, 422);
  assert.match(text, /It was read as form data, by the Content-Type application\/x-www-form-urlencoded\./);
  const answer = await fetch(`${door.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'text/yaml' },
    body: 'alerts: 1',
  });
  assert.match(await answer.text(), /read as YAML, by the Content-Type text\/yaml\./);
  assert.doesNotMatch((await send('herald', 'application/json', '{}')).text, /read as/);
});

test('[BR-WH-024] a form of many fields is refused, also where they have one name', async () => {
  const form = (body: string) => send('form', 'application/x-www-form-urlencoded', body);
  const fields = (name: (i: number) => string) => Array.from({ length: 10_001 }, (_, i) => `${name(i)}=1`).join('&');
  for (const body of [fields((i) => `f${i}`), fields(() => 'f')]) {
    const { status, text } = await form(body);
    assert.deepEqual([status, /more than 10000 fields/.test(text)], [400, true], text);
  }
  assert.equal((await form('name=a&name=b&host=h')).status, 422);
  const deep = await form(`payload=${encodeURIComponent(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)}`);
  assert.deepEqual([deep.status, /nested too deep/.test(deep.text)], [400, true], deep.text);
});

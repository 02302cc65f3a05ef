/** Attributes of CloudEvents: all of them arrive, in headers as in the body. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { CloudEvent, HTTP } from 'cloudevents';
import fc from 'fast-check';
import { fingerprint } from '../../../alert/fingerprint.ts';
import { eventAttributes } from '../../../ingress/formats/event-headers.ts';
import type { Peer } from '../../../ingress/route.ts';
import { alertNamed, type Door, openDoor, source } from '../herald-door.ts';
import { rawConnection } from '../raw-client.ts';

let door: Door;

before(async () => {
  door = await openDoor();
  door.sources.set('lifted', { ...source('lifted', 'cloudevents'), eventLabels: ['region', 'cluster'] });
});

type Headers = Readonly<Record<string, string>>;

const REQUIRED = { 'ce-specversion': '1.0', 'ce-id': 'i', 'ce-source': '/s', 'ce-type': 't' };
const JSON_TYPE = { 'content-type': 'application/json' };
const LABELS = { alertname: 't', source: '/s' };

function post(body: string | null, headers: Headers, name = 'cloudevents'): Promise<Response> {
  return fetch(`${door.url}/v1/webhooks/${name}`, { method: 'POST', headers, body });
}

/** What the event became. */
async function taken(body: string | null, headers: Headers, name?: string) {
  const answer = await post(body, headers, name);
  assert.equal(answer.status, 202, await answer.text());
  return door.publisher.entries.at(-1)!.alert;
}

async function pathsOf(answer: Response): Promise<string[]> {
  const { problems } = (await answer.json()) as { readonly problems: readonly { readonly path: string }[] };
  assert.equal(answer.status, 422);
  return problems.map(({ path }) => path);
}

/** As the binding has it (3.1.3.2). */
function percentEncoded(text: string): string {
  return [...text].map((one) => (/[!#$&-~]/.test(one) ? one : encodeURIComponent(one))).join('');
}

test('[BR-INT-007] every extension arrives, the same from headers and from the body, whatever its type', async () => {
  const event = new CloudEvent({
    ...{ id: 'e1', source: '/disks', type: 'disk.full', dataschema: 'https://schemas.example/disk', data: { free: 0 } },
    ...{
      region: 'eu-west',
      tries: 3,
      planned: false,
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    },
  });
  const { headers, body } = HTTP.binary(event);
  const structured = HTTP.structured(event);
  const found = [
    await taken(String(body), headers as Headers),
    await taken(String(structured.body), structured.headers as Headers),
  ];
  for (const { labels, annotations } of found) {
    assert.deepEqual(labels, { alertname: 'disk.full', source: '/disks' });
    assert.deepEqual(annotations, {
      data: '{"free":0}',
      dataschema: 'https://schemas.example/disk',
      region: 'eu-west',
      tries: '3',
      planned: 'false',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
  }
});

test('[BR-INT-007] those that the source declares are labels, of alerts in the data, too, and say which alert it is', async () => {
  const extensions = { 'ce-region': 'eu', 'ce-tier': 'gold' };
  const event = await taken('{}', { ...JSON_TYPE, ...REQUIRED, ...extensions }, 'lifted');
  assert.deepEqual(
    [event.labels, event.annotations],
    [
      { ...LABELS, region: 'eu' },
      { tier: 'gold', data: '{}' },
    ],
  );
  const elsewhere = await taken('{}', { ...JSON_TYPE, ...REQUIRED, 'ce-region': 'us' }, 'lifted');
  assert.notEqual(elsewhere.fingerprint, event.fingerprint);
  const data = { labels: { alertname: 'Down', cluster: 'own' }, annotations: { tier: 'own' } };
  const headers = { ...JSON_TYPE, ...REQUIRED, ...extensions, 'ce-cluster': 'c1', 'ce-severity': 'critical' };
  const alert = await taken(JSON.stringify(data), headers, 'lifted');
  assert.deepEqual(alert.labels, { alertname: 'Down', cluster: 'own', region: 'eu' });
  assert.deepEqual(alert.annotations, { tier: 'own', severity: 'critical' });
  const plain = await taken(JSON.stringify(alertNamed('Down')), { ...JSON_TYPE, ...REQUIRED });
  assert.deepEqual([plain.labels, plain.annotations], [{ alertname: 'Down' }, {}]);
});

test('[BR-INT-007] the identity of alerts in the data is that of the labels as they came, also of what is masked', async () => {
  const headers = { ...JSON_TYPE, ...REQUIRED, 'ce-region': 'eu' };
  const found = [];
  for (const password of ['one', 'two']) {
    const alert = await taken(JSON.stringify({ labels: { alertname: 'Down', password } }), headers, 'lifted');
    assert.deepEqual(alert.labels, { alertname: 'Down', password: '[masked]', region: 'eu' });
    assert.equal(alert.fingerprint, fingerprint({ alertname: 'Down', password, region: 'eu' }));
    found.push(alert.fingerprint);
  }
  assert.notEqual(found[0], found[1]);
});

test('[BR-INT-007] any text comes through its encoding as it was, once', () => {
  const attribute = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 200 })
    .filter((text) => text.isWellFormed() && text !== '\ufffd');
  fc.assert(
    fc.property(attribute, (text) => {
      assert.deepEqual(eventAttributes(peerWith({ 'ce-specversion': '1.0', 'ce-x': percentEncoded(text) })), {
        specversion: '1.0',
        x: text,
      });
    }),
  );
});

function peerWith(headers: Headers): Peer {
  return {
    header: (name) => headers[name] ?? '',
    headersWith: (prefix) => Object.entries(headers).filter(([name]) => name.startsWith(prefix)),
    address: () => '',
    certificateSubjects: () => null,
  };
}

test('[BR-INT-007] values as the binding and its older versions write them', async () => {
  for (const [written, meant] of [
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro \u20ac \u{1f600}'],
    ['%e2%82%ac', '\u20ac'],
    ['%41%2520', 'A%20'],
    ['"quoted \\"words\\" and \\\\"', 'quoted "words" and \\'],
    ['"100%25"', '100%'],
    ['100% sure', '100% sure'],
    ['(no comment)', '(no comment)'],
  ] as const) {
    const { annotations } = await taken('{}', { ...JSON_TYPE, ...REQUIRED, 'ce-x': written });
    assert.equal(annotations.x, meant, written);
  }
});

test('[BR-INT-007] what is no UTF-8, or came twice, is refused by its name', async () => {
  for (const written of ['%C0%A0', '%ff', '%E2%82', 'a%ED%A0%80']) {
    assert.deepEqual(
      await pathsOf(await post('{}', { ...JSON_TYPE, ...REQUIRED, 'ce-region': written })),
      ['/region'],
      written,
    );
  }
  const head = Object.entries(REQUIRED).map(([name, value]) => `${name}: ${value}\r\n`);
  const start = `POST /v1/webhooks/cloudevents HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n${head.join('')}`;
  const raw = async (...lines: (string | Buffer)[]) => {
    const connection = await rawConnection(door.port);
    const written = lines.flatMap((line) => [Buffer.from(line), Buffer.from('\r\n')]);
    connection.write(Buffer.concat([Buffer.from(start), ...written, Buffer.from('Content-Length: 2\r\n\r\n{}')]));
    return connection.seen(/\r\n\r\n[\s\S]*\}$/);
  };
  const [name, umlaut] = [Buffer.from('ce-region: '), Buffer.from('K\u00f6ln')];
  assert.match(await raw(Buffer.concat([name, Buffer.from([0x4b, 0xff, 0x6c])])), /^HTTP\/1\.1 422 [\s\S]*"\/region"/);
  assert.match(await raw(Buffer.concat([name, umlaut])), /^HTTP\/1\.1 202/);
  assert.equal(door.publisher.entries.at(-1)?.alert.annotations.region, 'K\u00f6ln');
  assert.match(await raw('ce-region: eu', 'CE-Region: us'), /^HTTP\/1\.1 422 [\s\S]*"\/region"/);
  assert.match(
    await raw('CE-Region: us', 'ce-empty:', 'ce-: nothing', 'ce-datacontenttype: text/xml'),
    /^HTTP\/1\.1 202/,
  );
  assert.deepEqual(door.publisher.entries.at(-1)?.alert.annotations, { region: 'us', data: '{}' });
});

test('[BR-INT-007] the body has the attributes where its type says so, whatever the headers repeat', async () => {
  const event = { specversion: '1.0', id: 'b', source: '/body', type: 'of.the.body' };
  for (const [type, body] of [
    ['application/cloudevents+json', event],
    ['Application/CloudEvents-Batch+json; charset=utf-8', [event]],
  ] as const) {
    const { labels, annotations } = await taken(JSON.stringify(body), { ...REQUIRED, 'content-type': type });
    assert.deepEqual([labels, annotations], [{ alertname: 'of.the.body', source: '/body' }, {}]);
  }
});

test('[BR-INT-007] an event in headers may be without data, or with plain text', async () => {
  const none = await taken(null, { ...REQUIRED, 'ce-region': 'eu' });
  assert.deepEqual([none.labels, none.annotations], [LABELS, { region: 'eu' }]);
  const text = await taken('disk "1" is full', { ...REQUIRED, 'content-type': 'text/plain; charset=utf-8' });
  assert.deepEqual(text.annotations, { data: 'disk "1" is full' });
  assert.equal((await post('x', { ...REQUIRED, 'content-type': 'application/octet-stream' })).status, 415);
  assert.equal((await post('x', { 'content-type': 'text/plain' })).status, 415, 'without an event');
  assert.equal((await post('x', { ...REQUIRED, 'content-type': 'text/plain' }, 'herald')).status, 415);
  assert.equal((await post('', { ...REQUIRED, ...JSON_TYPE }, 'herald')).status, 400);
});

test('[BR-WH-024] attributes are bounded, masked as all that comes, and harmless by their names', async () => {
  const event = { specversion: '1.0', id: 'e', source: '/s', type: 't' };
  const structured = (more: object | string) =>
    post(typeof more === 'string' ? more : JSON.stringify({ ...event, ...more }), {
      'content-type': 'application/cloudevents+json',
    });
  assert.equal((await structured({ long: 'x'.repeat(8192) })).status, 202);
  assert.deepEqual(await pathsOf(await structured({ long: 'x'.repeat(8193) })), ['/long']);
  const many = Object.fromEntries(Array.from({ length: 513 }, (_, i) => [`x${i}`, 1]));
  assert.deepEqual(await pathsOf(await structured(many)), ['']);
  assert.equal((await post('{}', { ...JSON_TYPE, ...REQUIRED, ...headersOf(100) })).status, 431);
  assert.equal((await post('{}', { ...JSON_TYPE, ...REQUIRED, ...headersOf(60) })).status, 202);
  assert.equal(Object.keys(door.publisher.entries.at(-1)!.alert.annotations).length, 61);
  assert.equal(
    (await structured('{"specversion":"1.0","id":"e","source":"/s","type":"t","__proto__":{"a":1}}')).status,
    202,
  );
  assert.equal((await structured({ token: 'hunter2', nested: { a: [1] }, nothing: null })).status, 202);
  assert.deepEqual(door.publisher.entries.at(-1)?.alert.annotations, { token: '[masked]', nested: '{"a":[1]}' });
  await taken('{}', { ...JSON_TYPE, ...REQUIRED, 'ce-token': 'hunter2', 'ce-__proto__': 'x' });
  assert.deepEqual(door.publisher.entries.at(-1)?.alert.annotations, { token: '[masked]', data: '{}' });
});

function headersOf(count: number): Headers {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`ce-x${i}`, 'v']));
}

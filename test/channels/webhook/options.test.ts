import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Value from 'typebox/value';
import { CHANNEL_TYPES, channelSchemas } from '../../../channels/registry.ts';
import { InvalidChannelOptions } from '../../../channels/sender.ts';
import { type WebhookOptions, webhookOptions, webhookSettings } from '../../../channels/webhook/options.ts';

const URL_ONLY = { url: 'https://hooks.example/x' };
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const accepts = (options: unknown) => Value.Check(webhookOptions, options);

test('[BR-WH-019] what an operator may declare', () => {
  const all = {
    url: 'http://127.0.0.1:9000/hook?a=b',
    timeout: '5s',
    headers: { Authorization: { env: 'TOKEN' }, 'X-Team': 'payments' },
    secret: { file: '/run/secrets/hook' },
    allowPrivateAddresses: true,
    tls: { caFile: '/etc/ca.pem', certFile: '/etc/herald.pem', keyFile: '/etc/herald.key' },
  };
  const rotating = { ...URL_ONLY, secrets: [{ env: 'NEW_KEY' }, { env: 'OLD_KEY' }] };
  assert.ok(accepts(rotating));
  assert.ok(accepts(URL_ONLY));
  assert.ok(accepts(all));
});

test('[BR-WH-019] what is refused before anything is sent', () => {
  const refused = [
    {},
    { url: 'hooks.example' },
    { url: 'ftp://hooks.example' },
    { url: 'https://user:password@hooks.example/' },
    { url: 'http://hooks.example:99999/' },
    { url: 'http://' },
    { ...URL_ONLY, secret: 'in plain sight' },
    { ...URL_ONLY, secret: { env: 'A', file: 'b' } },
    { ...URL_ONLY, headers: { 'X Y': 'z' } },
    { ...URL_ONLY, headers: { 'X-Y': 'z\r\nEvil: 1' } },
    { ...URL_ONLY, headers: { 'Content-Length': '5' } },
    { ...URL_ONLY, headers: { 'webhook-id': 'forged' } },
    { ...URL_ONLY, tls: { caFiles: 'x' } },
  ];
  for (const options of refused) assert.equal(accepts(options), false, JSON.stringify(options));
});

test('private addresses are refused unless a channel allows them', () => {
  assert.equal(webhookSettings(URL_ONLY).allowPrivateAddresses, false);
});

test('what shows only when secrets and files are read is told with its path', () => {
  const cases: readonly (readonly [Partial<WebhookOptions>, string])[] = [
    [{ secret: ' \n' }, 'secret'],
    [{ secret: 'whsec_' }, 'secret'],
    [{ secret: 'whsec_!!!' }, 'secret'],
    [{ secret: 'whsec_MfKQ9r8G whsec_' }, 'secret'],
    [{ headers: { 'X-Token': 'a\nb' } }, 'headers.X-Token'],
    [{ timeout: 'soon' }, 'timeout'],
    [{ timeout: '0s' }, 'timeout'],
    [{ timeout: '1h' }, 'timeout'],
    [{ secret: 'a', secrets: ['b'] }, 'secrets'],
    [{ secrets: ['a', ' '] }, 'secrets.1'],
    [{ tls: { certFile: fixture('client.pem') } }, 'tls.keyFile'],
    [{ tls: { keyFile: fixture('client.key') } }, 'tls.certFile'],
    [{ tls: { certFile: fixture('client.pem'), keyFile: fixture('server.key') } }, 'tls.keyFile'],
    [{ tls: { certFile: fixture('client.pem'), keyFile: fixture('client.pem') } }, 'tls.keyFile'],
    [{ tls: { caFile: '/does/not/exist.pem' } }, 'tls.caFile'],
    [{ tls: { caFile: fileURLToPath(import.meta.url) } }, 'tls.caFile'],
  ];
  for (const [change, path] of cases) {
    assert.throws(
      () => webhookSettings({ ...URL_ONLY, ...change }),
      (error: unknown) => error instanceof InvalidChannelOptions && error.path === path,
      path,
    );
  }
});

test('every kind of channel hands its schema over', () => {
  assert.deepEqual([...channelSchemas.keys()], Object.keys(CHANNEL_TYPES));
  assert.equal(channelSchemas.get('webhook'), CHANNEL_TYPES.webhook?.options);
});

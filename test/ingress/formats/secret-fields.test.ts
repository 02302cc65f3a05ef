import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fingerprint } from '../../../alert/fingerprint.ts';
import { cloudevents } from '../../../ingress/formats/cloudevents.ts';
import { grafana } from '../../../ingress/formats/grafana.ts';
import { herald } from '../../../ingress/formats/herald.ts';
import { pagerduty } from '../../../ingress/formats/pagerduty.ts';
import { isSecretName, maskedJson, maskedLink, maskedText } from '../../../ingress/formats/secret-fields.ts';
import '../../support/leaks.ts';

const SECRET = 'hunter2hunter2';
const context = { tenant: 'default', source: 's', now: 0 };

test('[BR-WH-024] names of secrets are known however they are written', () => {
  const secrets = [
    'password',
    'DB_PASSWORD',
    'db.password',
    'apiKey',
    'X-API-Key',
    'AWS_SECRET_ACCESS_KEY',
    'clientSecret',
  ]
    .concat(['secret', 'Token', 'githubToken', 'routing_key', 'Proxy-Authorization', 'Set-Cookie', 'private_key'])
    .concat(['passphrase', 'bearer_token']);
  const others = [
    'alertname',
    'key',
    'tls_secret',
    'secretName',
    'tokens',
    'passwordPolicy',
    'monkey',
    'author',
    'bypass',
  ];
  assert.deepEqual(
    secrets.filter((name) => !isSecretName(name)),
    [],
  );
  assert.deepEqual(others.filter(isSecretName), []);
});

test('[BR-WH-024] nothing that a sender puts under the name of a secret is in what is kept, in any format', () => {
  const labels = { alertname: 'x', db_password: SECRET };
  const annotations = { apiKey: SECRET, summary: 'down' };
  const link = `https://user:${SECRET}@host/graph?g0.expr=up&access_token=${SECRET}`;
  const alert = { status: 'firing', labels, annotations, generatorURL: link, silenceURL: link };
  const details = { note: 'n', config: { password: SECRET, headers: [{ Authorization: SECRET }] } };
  const payload = { summary: 's', source: 'x', severity: 'critical', custom_details: details };
  const event = { specversion: '1.0', id: '1', type: 't', source: 's', authtoken: SECRET, data: details };
  const decoded = [
    herald.decode([alert], context),
    grafana.decode({ status: 'firing', alerts: [alert] }, context),
    pagerduty.decode({ routing_key: 'k', event_action: 'trigger', client_url: link, payload }, context),
    cloudevents.decode({ ...event, authtoken: undefined, token: SECRET }, context),
    cloudevents.decode({ ...event, authtoken: undefined, data: JSON.stringify(details) }, context),
  ];
  for (const { alerts, problems } of decoded) {
    assert.deepEqual([alerts.length, problems.count], [1, 0], JSON.stringify(problems.list));
    assert.ok(!JSON.stringify(alerts).includes(SECRET), JSON.stringify(alerts));
    assert.ok(JSON.stringify(alerts).includes('masked'));
  }
  assert.equal(decoded[0]!.alerts[0]!.generatorURL, 'https://host/graph?g0.expr=up&access_token=%5Bmasked%5D');
});

test('[BR-SEC-012] alerts that differ in what is masked stay apart, under the fingerprints that Alertmanager gives them', () => {
  const expiring = (secret: string) => ({ labels: { alertname: 'CertificateExpires', secret } });
  const { alerts } = herald.decode([expiring('tls-a'), expiring('tls-b')], context);
  assert.deepEqual(
    alerts.map((one) => one.fingerprint),
    ['tls-a', 'tls-b'].map((secret) => fingerprint({ alertname: 'CertificateExpires', secret })),
  );
  assert.deepEqual(
    alerts.map((one) => one.labels.secret),
    ['[masked]', '[masked]'],
  );
});

test('[BR-WH-024] details nested too deep are not written out, and nothing breaks', () => {
  const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000));
  const payload = { summary: 's', source: 'x', severity: 'info', custom_details: { deep } };
  const { alerts } = pagerduty.decode({ routing_key: 'k', event_action: 'trigger', payload }, context);
  assert.match(alerts[0]!.annotations.details ?? '', /nested too deep/);
});

test('[BR-WH-024] whatever JSON it is, it stays JSON, and what is no secret stays what it is', () => {
  const key = fc.constantFrom('a', 'password', 'api_key', 'note"', 'x\\');
  const json = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.constant(null), tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  })).value;
  fc.assert(
    fc.property(json, (value) => {
      const expected = JSON.parse(maskedJson(value)) as unknown;
      const text = JSON.parse(maskedText(JSON.stringify(value))) as unknown;
      assert.equal(typeof text, typeof value);
      if (!JSON.stringify(value).includes('password') && !JSON.stringify(value).includes('api_key')) {
        assert.deepEqual([expected, text], [JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(value))]);
      }
    }),
  );
  assert.equal(maskedText('{"password": "cut o'), '{"password": "[masked]"');
  assert.equal(maskedLink('http://h/?q=a@b&keyboard=1'), 'http://h/?q=a@b&keyboard=1');
});

test('[BR-WH-024] what would take long to mask or to name is bounded before', () => {
  const parts = (count: number) => Array.from({ length: count }, (_, i) => i);
  assert.equal(maskedJson(parts(19_999)).length > 100_000, true);
  assert.equal(maskedJson({ all: parts(20_000) }), '"[more than 20000 parts]"');
  assert.equal(
    maskedJson({ a: { b: Object.fromEntries(parts(20_000).map((i) => [`k${i}`, i])) } }),
    '"[more than 20000 parts]"',
  );
  const link = `https://h/?${'key=1&'.repeat(10_000)}`;
  assert.equal(maskedLink(link), link);
  assert.equal(maskedLink(`https://h/?${'key=1&'.repeat(11_000)}`), '', 'longer than any that is opened');
  const labelled = (count: number, length: number) =>
    herald.decode({ labels: Object.fromEntries(parts(count).map((i) => [`l${i}`, 'x'.repeat(length)])) }, context);
  assert.equal(labelled(8, 65_536).alerts.length, 1);
  const { alerts, problems } = labelled(9, 65_536);
  assert.deepEqual(
    [alerts, problems.list],
    [[], [{ path: '/labels', value: 589_824, allowed: 'labels of at most 524288 characters together' }]],
  );
  const event = { specversion: '1.0', id: 'i', source: 's', type: 't' };
  const encoded = cloudevents.decode({ ...event, data_base64: 'A'.repeat(4 * 1024 * 1024 + 4) }, context);
  assert.deepEqual(
    encoded.problems.list.map(({ path }) => path),
    ['/data_base64'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf, resource, setOf } from './temp-config.ts';

const sender = (name: string, tenant?: string) => resource('Source', name, 'format: prometheus', tenant);
const metrics = (name: string, spec: string, tenant?: string) => resource('MetricSource', name, spec, tenant);
const about = (generatorURL: string, source = 'prometheus', tenant = 'default') => ({ tenant, source, generatorURL });

test('[BR-NOT-009] a MetricSource is for the alerts of the Sources that it names, and of links below those that it names', async () => {
  const { metricSource } = await setOf({
    'a.yaml':
      sender('prometheus') +
      sender('other') +
      metrics(
        'a',
        'url: http://eu.example:9090/prom/\nsources: [source/prometheus]\ngeneratorURLs: [http://eu.example, http://eu-2.example/prom/]',
      ) +
      metrics('b', 'url: https://rest.example\nsources: [source/prometheus]\nwindow: 6h\nallowPrivateAddresses: true'),
  });
  const urlFor = (...given: Parameters<typeof about>) => metricSource(about(...given))?.url ?? null;
  assert.equal(urlFor('http://eu.example/graph?g0.expr=up'), 'http://eu.example:9090/prom');
  assert.equal(urlFor('http://eu-2.example/prom/graph?g0.expr=up'), 'http://eu.example:9090/prom');
  assert.equal(urlFor('http://eu.example.evil.example/graph'), 'https://rest.example');
  assert.equal(urlFor('http://eu-2.example/promotion'), 'https://rest.example');
  assert.equal(urlFor('nonsense'), 'https://rest.example');
  assert.equal(urlFor('http://eu.example/', 'other'), null, 'whoever may send alerts must not ask what he likes');
  assert.equal(urlFor('http://eu.example/', 'prometheus', 'elsewhere'), null);
  const { window, allowPrivateAddresses, authorization } = metricSource(about('x'))!;
  assert.deepEqual([window, allowPrivateAddresses, authorization], [6 * 3_600_000, true, null]);
});

test('[BR-NOT-009] it asks with a token or a password, which stand in no resource', async () => {
  const env = { TOKEN: 't0ken\n', PASSWORD: 'secret' };
  const auth = async (spec: string) => {
    const yaml =
      sender('prometheus') + metrics('a', `url: https://m.example\nsources: [source/prometheus]\nauth: ${spec}`);
    const { authorization, secrets } = (await setOf({ 'a.yaml': yaml }, { env })).metricSource(about(''))!;
    return [authorization, secrets];
  };
  assert.deepEqual(await auth('{ bearer: { env: TOKEN } }'), ['Bearer t0ken', ['t0ken']]);
  const encoded = Buffer.from('me:secret').toString('base64');
  const basic = await auth('{ basic: { user: me, password: { env: PASSWORD } } }');
  assert.deepEqual(basic, [`Basic ${encoded}`, ['secret', encoded]]);
});

test('a MetricSource that cannot work is refused with its place', async () => {
  const problems = (
    await problemsOf({
      'a.yaml':
        sender('prometheus') +
        sender('theirs', 'other') +
        metrics('url', 'url: "http://me:pw@m.example"\nsources: [source/prometheus]') +
        metrics('query', 'url: "http://m.example/?q=1"\nsources: [source/prometheus]') +
        metrics('whose', 'url: http://m.example\nsources: [source/prometheu, source/theirs]') +
        metrics('auth', 'url: http://m.example\nsources: [source/prometheus]\nauth: {}') +
        metrics('window', 'url: http://m.example\nsources: [source/prometheus]\nwindow: 1s'),
    })
  ).join('\n');
  assert.match(problems, /spec\.url: .*me:pw/);
  assert.match(problems, /spec\.url: .*q=1/);
  assert.match(problems, /spec\.sources\[0\]: is "source\/prometheu", .*no such Source.*source\/prometheus/);
  assert.match(problems, /spec\.sources\[1\]: is "source\/theirs", but tenant default has no such Source/);
  assert.match(problems, /spec\.auth: holds 0 ways; allowed: one of basic, bearer/);
  assert.match(problems, /spec\.window: is "1s"; allowed: 5m to 7d/);
});

/** Senders whose bodies are their own, filled in by them as their documentation says: the templates are those of the page. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import { hook, JSON_TYPE, type Labels, post, run, type Sender } from './reach.ts';

/** docs.datadoghq.com, Integrations, Webhooks: the variables and their values. */
export const datadog: Sender = async (reach, see, section) => {
  const send = (change: Labels) => {
    const variables: Labels = {
      $ALERT_ID: '1234',
      $ALERT_SCOPE: 'availability-zone:us-east-1a, role:computing-node',
      $ALERT_PRIORITY: 'P1',
      $TEXT_ONLY_MSG: 'avg(last_5m) was > 90',
      $LINK: 'https://app.datadoghq.com/monitors/1234',
      $DATE: '1795424242000',
      ...change,
    };
    const body = section.block('json').replace(/\$[A-Z_]+/g, (name) => variables[name] ?? `no value for ${name}`);
    return post(hook(reach, 'datadog'), body, { ...JSON_TYPE, authorization: `Bearer ${reach.env.DATADOG_TOKEN}` });
  };
  const labels = {
    alertname: 'datadog-1234',
    scope: 'availability-zone:us-east-1a, role:computing-node',
    severity: 'critical',
  };
  await send({ $ALERT_TRANSITION: 'Triggered', $EVENT_TITLE: '[Triggered on {role:computing-node}] CPU is high' });
  const { annotations, startsAt, generatorURL } = await see(labels);
  assert.match(String(annotations.summary), /CPU is high/);
  assert.equal(Date.parse(startsAt), 1_795_424_242_000);
  assert.equal(generatorURL, 'https://app.datadoghq.com/monitors/1234');
  await send({ $ALERT_TRANSITION: 'Recovered', $EVENT_TITLE: '[Recovered on {role:computing-node}] CPU is high' });
  await see(labels, 'resolved');
};

/** Zabbix' HttpRequest (Additional JavaScript objects) is synchronous: so is this one. */
class ZabbixRequest {
  readonly #headers: string[] = [];
  #status = 0;

  addHeader(line: string): void {
    this.#headers.push(line);
  }

  post(url: string, body: string): string {
    const headers = this.#headers.flatMap((line) => ['-H', line]);
    const { stdout } = spawnSync('curl', ['-sS', url, ...headers, '-d', '@-', '-w', '\n%{http_code}'], {
      input: body,
      encoding: 'utf8',
      timeout: 30_000,
    });
    const [, text = '', status] = /^(.*)\n(\d+)$/s.exec(stdout) ?? [];
    this.#status = Number(status);
    return text;
  }

  getStatus(): number {
    return this.#status;
  }
}

/** zabbix.com/documentation, Webhook and Supported macros. */
export const zabbix: Sender = async (reach, see, section) => {
  const runScript = (macros: Labels) => {
    const filled = [...section.rows()].map(([name, template]) => {
      const variable = /^the value of `?(\w+)/.exec(template)?.[1];
      if (variable !== undefined) return [name, reach.env[variable]];
      const address = template.replace('https://herald.example', reach.url);
      return [name, address.replace(/\{[$A-Z.]+\}/g, (macro) => macros[macro] ?? `no value for ${macro}`)];
    });
    const value = JSON.stringify(Object.fromEntries(filled));
    return runInNewContext(`(function (value) {${section.block('js')}})(value)`, { value, HttpRequest: ZabbixRequest });
  };
  const macros = {
    '{EVENT.NAME}': 'Disk space is low',
    '{HOST.NAME}': 'db1',
    '{TRIGGER.ID}': '16199',
    '{TRIGGER.SEVERITY}': 'High',
    '{EVENT.ID}': '4711',
    '{$ZABBIX.URL}': 'https://zabbix.example',
  };
  const labels = { alertname: 'Disk space is low', host: 'db1', trigger: '16199', severity: 'critical' };
  assert.equal(runScript({ ...macros, '{EVENT.VALUE}': '1' }), 'OK');
  const { generatorURL } = await see(labels);
  assert.equal(generatorURL, 'https://zabbix.example/tr_events.php?triggerid=16199&eventid=4711');
  assert.equal(runScript({ ...macros, '{EVENT.VALUE}': '0' }), 'OK');
  await see(labels, 'resolved');
};

/** docs.librenms.org, Alerting, Transports, API; its states: 0 recovered, 1 active. */
export const librenms: Sender = async (reach, see, section) => {
  const send = (change: Labels) => {
    const variables: Labels = { name: 'Device is down', hostname: 'sw1.example', severity: 'critical', ...change };
    const lines = section.block('text').trim().split('\n');
    const filled = lines.map((line): [string, string] => {
      const [, field = '', name = ''] = /^(\w+)=\{\{ \$(\w+) \}\}$/.exec(line) ?? [];
      return [field, variables[name] ?? `no value for ${name}`];
    });
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Bearer ${reach.env.LIBRENMS_TOKEN}`,
    };
    return post(hook(reach, 'librenms'), new URLSearchParams(filled).toString(), headers);
  };
  const labels = { alertname: 'Device is down', host: 'sw1.example', severity: 'critical' };
  await send({ state: '1', title: 'Alert for device sw1.example - Device is down' });
  assert.match(String((await see(labels)).annotations.summary), /^Alert for device/);
  await send({ state: '0', title: 'Device sw1.example recovered from Device is down' });
  await see(labels, 'resolved');
};

export const mainframe: Sender = async (reach, see, section) => {
  await run(section.block('sh'), reach);
  for (const host of ['z1', 'z2']) await see({ alertname: 'QueueFull', host, severity: 'critical' });
  await run(section.block('sh').replaceAll('DOWN', 'UP'), reach);
  for (const host of ['z1', 'z2']) await see({ alertname: 'QueueFull', host, severity: 'critical' }, 'resolved');
};

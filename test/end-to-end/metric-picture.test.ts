/** A real Prometheus fires, and the mail about it shows what its rule compares, asked of that Prometheus; one that hangs keeps no mail back. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { freePort } from '../../gateway/free-port.ts';
import { startSmtp } from '../support/providers/smtp.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { get, post } from './alerts.ts';
import { findInstalled } from './installed-program.ts';
import { startPrometheus } from './prometheus.ts';
import { environments, mailChannel, route, SOURCES } from './resources.ts';
import { runningHerald } from './running-herald.ts';

const program = findInstalled('prometheus');
const skip = program === null && 'no prometheus is installed here: apt-get install prometheus';

const metrics = (port: number) => `---
apiVersion: herald/v1
kind: MetricSource
metadata: { name: prometheus }
spec: { url: 'http://127.0.0.1:${port}', sources: [source/prometheus], allowPrivateAddresses: true }
`;

async function mailing(port: number, env: Readonly<Record<string, string>> = {}) {
  const smtp = await startSmtp();
  const yaml = SOURCES + environments() + route({ groupBy: ['alertname'] }) + mailChannel(smtp.port) + metrics(port);
  return { smtp, herald: await runningHerald({ config: { 'herald.yaml': yaml }, env }) };
}

/** Two series that Prometheus makes of the time, so that there is an hour of them at once. */
const RULE =
  '(label_replace(8 + 4 * sin(vector(time() / 400)), "instance", "a", "", "") or label_replace(vector(2), "instance", "b", "", "")) > 3';

const rules = `
groups:
  - name: g
    rules:
      - alert: Wave
        expr: '${RULE}'
        labels: { namespace: shop-prod }
        annotations: { summary: 'a wave' }
${[10, 20, 30].map((seconds) => later(seconds)).join('')}`;

function later(seconds: number): string {
  return `
      - alert: Wave${seconds}
        expr: '${RULE}'
        for: ${seconds}s
        labels: { namespace: shop-prod }
        annotations: { summary: 'the same wave' }
`;
}

test('[BR-NOT-009] [BR-TEST-005] the mail about an alert of a real Prometheus has the chart of its metric inside', {
  skip,
}, async () => {
  const listen = `127.0.0.1:${await freePort()}`;
  const prometheus = await startPrometheus(program!, `http://${listen}`, rules);
  const { smtp, herald } = await mailing(Number(new URL(prometheus.url).port), { HERALD_LISTEN: listen });
  // A chart has two seconds. On a machine that is busy with others the first one, for which the thread that draws has to start, takes longer.
  const withChart = async () => {
    for (let count = 1; count <= 4; count++) {
      const mail = (await smtp.received(count))[count - 1]!;
      if (mail.parsed.attachments.length > 0) return mail;
    }
    assert.fail(`no chart: ${JSON.stringify((await get(`${herald.url}/v1/deliveries`)).body)}`);
  };
  const mail = await withChart();
  const [picture] = mail.parsed.attachments;
  assert.equal(picture?.mimeType, 'image/png');
  assert.equal(picture?.disposition, 'inline');
  const html = mail.parsed.html ?? '';
  assert.match(html, /alt="Metric over time: from 4(\.\d+)? to 12(\.\d+)?, [\d.]+ at last, threshold 3"/);
  assert.match(html, /label_replace\(8 \+ 4 \* sin\(vector\(time\(\) \/ 400\)\), &quot;instance&quot;/);
  if (process.env.HERALD_KEEP !== undefined) {
    const inline = Buffer.from(picture!.content as ArrayBuffer).toString('base64');
    writeFileSync(process.env.HERALD_KEEP, html.replace(/cid:[^"]+/, `data:image/png;base64,${inline}`));
  }
});

test('[BR-NOT-009] a critical alert whose Prometheus hangs is told all the same, without a chart and without a word of it', async () => {
  const hanging = await startReceiver({ script: { kind: 'hang' } });
  const { smtp, herald } = await mailing(hanging.port);
  const generatorURL = 'http://prometheus.example/graph?g0.expr=up%20%3D%3D%200';
  const told = async (count: number) => {
    const labels = { alertname: `Down${count}`, namespace: 'shop-prod', severity: 'critical' };
    await post(`${herald.url}/api/v2/alerts`, [{ labels, annotations: { summary: 'it is down' }, generatorURL }]);
    return (await smtp.received(count))[count - 1]!;
  };
  let mail = await told(1);
  // As above: where the thread that asks takes longer to start than a chart may take, the first mail goes out before anybody is asked.
  for (let count = 2; hanging.requests.length === 0 && count <= 4; count++) mail = await told(count);
  assert.equal(hanging.requests.length, 1);
  assert.deepEqual(mail.parsed.attachments, []);
  assert.doesNotMatch(`${mail.parsed.html}${mail.parsed.text}`, /picture|metric|no answer/i);
  const deliveries = async () => JSON.stringify((await get(`${herald.url}/v1/deliveries`)).body);
  await until('the ledger to say why', async () =>
    /no picture of the metric: default\/prometheus/.test(await deliveries()),
  );
});

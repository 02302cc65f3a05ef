import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { channelKey } from '../../alert/entity-address.ts';
import { reason } from '../../alert/reason.ts';
import { CHANNEL_TYPES } from '../../channels/registry.ts';
import { Senders } from '../../gateway/senders.ts';
import { type Channel, channelOf } from '../../resources/channel.ts';
import { compileMask, type Mask, unmasked } from '../../rules/mask.ts';
import { atEnd } from '../support/leaks.ts';
import { aNotification, anAlert } from '../support/notification.ts';
import { startSmtp } from '../support/providers/smtp.ts';
import { type Answer, type ReceivedRequest, startReceiver } from '../support/receiver.ts';
import { aContext } from '../support/sender-context.ts';

const never = new AbortController().signal;
const KEY = '0123456789abcdef0123456789abcdef';

/** What must not leave: a label, and what a pattern finds. */
const CUSTOMER = 'JaneRoe4711';
const TOKEN = 'hunter2secret';

const mask = compileMask([
  { labels: ['customer'], annotations: [], pattern: null, caseSensitive: true, replacement: '[customer]' },
  { labels: [], annotations: [], pattern: 'token[=:]\\s*\\S+', caseSensitive: false, replacement: '[token]' },
]);

const everywhere = `login of ${CUSTOMER} with token=${TOKEN}`;

function leaky() {
  const escaped = encodeURIComponent(`{customer="${CUSTOMER}"} token=${TOKEN}`);
  return aNotification({
    groupLabels: { alertname: 'LoginFailed', customer: CUSTOMER },
    groupKey: `{}:{alertname="LoginFailed", customer="${CUSTOMER}"}`,
    alerts: ['firing', 'firing'].map((_, i) =>
      anAlert({
        fingerprint: String(i).repeat(16),
        labels: {
          alertname: 'LoginFailed',
          customer: CUSTOMER,
          namespace: 'shop-prod',
          pod: `p${i}`,
          note: everywhere,
        },
        annotations: {
          summary: everywhere,
          description: `${everywhere} ${i}`,
          runbook_url: `https://runbooks.example/?q=${escaped}`,
        },
        generatorURL: `https://prometheus.example/graph?g0.expr=${escaped}`,
        owner: everywhere,
        awaiting: everywhere,
      }),
    ),
    reasons: [reason('group.first', everywhere), reason('hold.ended', everywhere)],
  });
}

/** Each provider's word for "taken". */
function taken({ path, method }: ReceivedRequest): Answer {
  const json = (status: number, body: unknown): Answer => ({ kind: 'reply', status, body: JSON.stringify(body) });
  if (path.includes('Messages.json')) return json(201, { sid: `SM${KEY}`, status: 'queued' });
  if (path.includes('/api/now/')) {
    return method === 'GET' ? json(200, { result: [] }) : json(201, { result: { sys_id: KEY, number: 'INC1' } });
  }
  if (path.includes('/search')) return json(200, { issues: [] });
  if (path.includes('/rest/api/')) return json(201, { id: '1', key: 'OPS-1' });
  if (path.startsWith('/slack')) return json(200, { ok: true, ts: '1.2', channel: 'C1' });
  if (path.startsWith('/pd')) return json(202, { status: 'success' });
  return json(200, {});
}

const AUTH = { basic: { user: 'herald', secret: 'secret' } };

/** Options of every type that there is, towards `url` or the SMTP server on `port`; null: it hands on to others. */
function optionsOf(url: string, port: number): Readonly<Record<string, Readonly<Record<string, unknown>> | null>> {
  return {
    console: {},
    webhook: { url: `${url}/hook` },
    slack: { token: 'xoxb-1', channel: 'C1', apiUrl: `${url}/slack` },
    teams: { webhookUrl: `${url}/teams` },
    chat: { preset: 'mattermost', webhookUrl: `${url}/chat` },
    email: { host: '127.0.0.1', port, security: 'none', from: 'h@example.com', to: ['ops@example.org'] },
    pagerduty: { routingKey: KEY, url: `${url}/pd` },
    sms: { url, accountSid: `AC${KEY}`, authToken: 'x', from: 'Herald', to: ['+4915112345678'], maxSegments: 10 },
    servicenow: { url, auth: AUTH },
    jira: { url, auth: AUTH, project: 'OPS' },
    spread: null,
  };
}

/** Everything that leaves when this type sends a notification, readable. */
async function leaving(type: string, use: Mask): Promise<string> {
  const receiver = await startReceiver({ script: taken });
  const smtp = await startSmtp();
  const stdout = new PassThrough();
  const printed: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  const options = optionsOf(receiver.url.replace(/\/hook$/, ''), smtp.port)[type]!;
  const spec = { type, ...options, ...(type === 'console' ? {} : { allowPrivateAddresses: true }) };
  const channel: Channel = channelOf('default', 'ops', spec);
  const senders = new Senders({ ...aContext(), stdout });
  atEnd(() => senders.close());
  senders.use(new Map([[channelKey('default', 'ops'), channel]]), use);
  const outcome = await senders.send({ notification: leaky(), attempt: 1, earlier: null, progress: null }, never);
  assert.equal(outcome.kind, 'delivered', `${type}: ${outcome.detail}`);
  const requests = receiver.requests.map(({ path, body, headers }) => `${path}\n${JSON.stringify(headers)}\n${body}`);
  const mails = smtp.mails.map(({ parsed, source }) => `${source}\n${parsed.subject}\n${parsed.html}\n${parsed.text}`);
  return [...requests, ...mails, Buffer.concat(printed).toString(), outcome.detail].join('\n');
}

/** As it stands, and as what reads it would read it. */
function holds(sent: string, secret: string): boolean {
  const read = sent
    .replaceAll('+', ' ')
    .replace(/%[0-9A-F]{2}/gi, (hex) => String.fromCharCode(Number.parseInt(hex.slice(1), 16)));
  return sent.includes(secret) || read.includes(secret);
}

test('every type of channel is looked at here', () => {
  assert.deepEqual(Object.keys(optionsOf('', 0)).sort(), Object.keys(CHANNEL_TYPES).sort());
});

for (const type of Object.keys(optionsOf('', 0)).filter((name) => name !== 'spread')) {
  test(`[BR-SEC-011] [BR-SEC-012] what is masked does not leave by a channel of the type ${type}`, async () => {
    const open = await leaving(type, unmasked);
    assert.ok(holds(open, CUSTOMER), 'without a mask it would leave, so this test can see it');
    const sent = await leaving(type, mask);
    assert.ok(!holds(sent, CUSTOMER), sent);
    assert.ok(!holds(sent, TOKEN), sent);
    assert.ok(sent.includes('LoginFailed'), 'and the rest does leave');
  });
}

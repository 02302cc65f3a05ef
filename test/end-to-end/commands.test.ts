/** The commands of `bin/herald` against a running Herald, as an operator types them. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../gateway/free-port.ts';
import { temporaryFolder } from '../support/herald.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { get, notificationIn, payload, post } from './alerts.ts';
import { consoleChannel, environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type Ended, type RunningHerald, runCommand, runningHerald } from './running-herald.ts';

const file = (name: string) =>
  fileURLToPath(new URL(`../fixtures/payloads/alertmanager-0.25-${name}.json`, import.meta.url));
const CRITICAL = `default/${(await payload('firing-critical')).alerts[0]!.fingerprint}`;
const WARNING = `default/${(await payload('firing-warning')).alerts[0]!.fingerprint}`;

let herald: RunningHerald;
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver();
  herald = await runningHerald({
    config: {
      'herald.yaml':
        SOURCES +
        environments() +
        // Warnings have no route: nobody is told of them.
        route({ receivers: ['ops', 'console'], matchers: ['severity="critical"'] }) +
        webhookChannel(receiver.url) +
        consoleChannel(),
    },
  });
});

/** With its input, where it reads some. */
function withInput(input: string, ...words: string[]): Promise<Ended> {
  return runCommand(words, { ...herald.env, HERALD_LISTEN: new URL(herald.url).host }, input);
}

test('[BR-CFG-007] send tells what became of each alert; a second time it is a repeat', async () => {
  const first = await herald.command('send', file('firing-critical'));
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /^ALERT +NAME +OUTCOME +REASONS$/m);
  assert.match(first.out, new RegExp(`^${CRITICAL} +KubePodCrashLooping +opened +.*alert\\.opened`, 'm'));
  assert.match(first.out, /^processed: .*1 alert, receipt \S{28}$/m);
  assert.equal(first.err, '');
  const second = await herald.command('send', file('firing-critical'), '--json');
  assert.equal(second.code, 0);
  const receipt = JSON.parse(second.out) as { state: string; alerts: { outcome: string }[] };
  assert.deepEqual([receipt.state, receipt.alerts.map(({ outcome }) => outcome)], ['processed', ['repeated']]);
});

test('send takes a file from its input', async () => {
  const { code, out } = await withInput(JSON.stringify(await payload('firing-warning')), 'send', '-');
  assert.equal(code, 0);
  assert.match(out, new RegExp(`^${WARNING} +TargetDown`, 'm'));
});

test('[BR-WH-012] send tells what is wrong with alerts, with a file, or with the command line', async () => {
  const invalid = await withInput('{"alerts":[{"status":"on","labels":{"a":1}}]}', 'send', '-');
  assert.equal(invalid.code, 1);
  assert.match(invalid.err, /422 Invalid alerts/);
  assert.match(invalid.err, /\/alerts\/0\/status/);
  assert.match(invalid.err, /\/alerts\/0\/labels\/a/);
  assert.match((await withInput('not json', 'send', '-')).err, /400 Body is not JSON/);
  assert.match((await herald.command('send', file('firing-critical'), '--source', 'nobody')).err, /404 Unknown source/);
  const missing = await herald.command('send', '/no/such/file');
  assert.deepEqual([missing.code, missing.out], [1, '']);
  assert.match(missing.err, /cannot read \/no\/such\/file: there is no such file/);
  assert.equal((await herald.command('send')).code, 2);
  assert.equal((await herald.command('send', '--sorce', 'x', '-')).code, 2);
});

test('[BR-AP-020] [BR-QUAL-016] explain tells who was told, and who was not, with every reason', async () => {
  const told = await until('both channels to be told', async () => {
    const { code, out } = await herald.command('explain', CRITICAL);
    return code === 0 && out.match(/ told that it fires at /g)?.length === 2 ? out : null;
  });
  assert.match(told, /^KubePodCrashLooping +default\/\w+ +firing$/m);
  assert.match(told, /^production, P1, namespace payments-prod, reported 2 times since \S+Z$/m);
  assert.match(told, /^ops +told that it fires at \S+Z$/m);
  assert.match(told, /EnvironmentPolicy default\/default spec\.environments\[0\], \S+\/herald\.yaml:\d+$/m);
  assert.match(told, /Route default\/root spec, \S+\/herald\.yaml:\d+$/m);
  assert.match(told, /^policies\n {2}[0-9a-f]{12} +active since \S+Z, by \S+:\d+$/m);
  for (const step of ['alert.opened', 'environment.pattern', 'route.matched', 'group.first', 'delivery.delivered']) {
    assert.ok(told.includes(step), `${step} in\n${told}`);
  }
  const untold = await herald.command('explain', WARNING);
  assert.equal(untold.code, 0);
  assert.match(untold.out, /^nobody is told: no route of its tenant matches it$/m);
  assert.match(untold.out, /route\.none/);
  const unknown = await herald.command('explain', 'default/0123456789abcdef');
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /404.*default\/0123456789abcdef/s);
  assert.equal((await herald.command('explain', 'nonsense')).code, 2);
});

test('[BR-AP-L22] a command repeated under its Idempotency-Key at once gets the same answer, and is carried out once', async () => {
  const path = `${herald.url}/v1/alerts/${CRITICAL}/acknowledge`;
  const key = { 'idempotency-key': 'from-a-chat' };
  const first = await post(path, { by: 'ann' }, key);
  assert.equal(first.status, 200, JSON.stringify(first.body));
  const again = await post(path, { by: 'ann' }, key);
  assert.deepEqual([again.status, again.body], [200, first.body]);
  const without = await post(path, { by: 'ann' });
  assert.equal(without.status, 409);
  const { body } = await get(`${herald.url}/v1/alerts/${CRITICAL}`);
  const { history } = body as { history: { type: string }[] };
  assert.equal(history.filter(({ type }) => type === 'alert.acknowledged').length, 1);
});

test('[BR-AP-L21] [BR-AP-L22] who is told that a command is done, and looks, sees it done', async () => {
  const seen: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    const alert = { status: 'firing', labels: { alertname: 'Looked', n: String(i) } };
    const sent = await withInput(JSON.stringify(alert), 'send', '-', '--source', 'herald', '--json');
    const { alerts } = JSON.parse(sent.out) as { alerts: { fingerprint: string }[] };
    const path = `${herald.url}/v1/alerts/default/${alerts[0]!.fingerprint}`;
    const until = '2999-12-31T00:00:00.000Z';
    for (const [command, body] of [['snooze', { until }], ['acknowledge'], ['close']] as const) {
      assert.equal((await post(`${path}/${command}`, body ?? {})).status, 200);
      const { state, status, snoozed } = (await get(path)).body as Record<string, { until: string } | null>;
      assert.equal(state, status);
      seen.push([state, snoozed?.until]);
    }
    assert.deepEqual(seen.splice(0), [
      ['firing', until],
      ['acknowledged', undefined],
      ['closed', undefined],
    ]);
  }
});

test('[BR-ERR-009] [BR-ERR-015] a notification that its receiver refuses is a dead letter; once that is mended it is delivered under the same id', async () => {
  receiver.answerWith({ kind: 'reply', status: 400, body: 'no such room' });
  const before = receiver.requests.length;
  const alert = { status: 'firing', labels: { alertname: 'Refused', namespace: 'web-prod', severity: 'critical' } };
  assert.equal((await withInput(JSON.stringify(alert), 'send', '-', '--source', 'herald')).code, 0);
  const [letter] = await until('the dead letter', async () => {
    const { out } = await herald.command('dead-letters', '--json');
    const letters = JSON.parse(out) as { id: string; reasons: { code: string; detail: string }[] }[];
    return letters.length > 0 ? letters : null;
  });
  assert.equal(receiver.requests.length, before + 1);
  assert.deepEqual(letter!.reasons, [{ code: 'delivery.rejected', detail: 'HTTP 400: no such room' }]);
  const listed = await herald.command('dead-letters');
  assert.match(listed.out, /^ID +AT +KIND +SUBJECT/);
  assert.match(listed.out, /delivery\.rejected \(HTTP 400: no such room\)/);

  receiver.answerWith({ kind: 'reply', status: 200 });
  const replayed = await herald.command('dead-letters', 'replay', letter!.id);
  assert.equal(replayed.code, 0, replayed.out);
  const requests = await receiver.received(before + 2);
  const [refused, delivered] = requests.slice(before);
  assert.equal(delivered!.headers['webhook-id'], refused!.headers['webhook-id']);
  assert.equal(notificationIn(delivered).alerts[0]?.labels.alertname, 'Refused');
  await until('nothing to be left', async () => (await herald.command('dead-letters')).out === 'no dead letters\n');
  assert.equal((await herald.command('dead-letters', 'replay', letter!.id)).code, 1);
  assert.equal((await herald.command('dead-letters', 'replay', 'no-such-letter')).code, 1);
  assert.equal((await herald.command('dead-letters', 'replay')).code, 2);
});

test('status tells that all is well, and what is not when nobody answers', async () => {
  const well = await herald.command('status');
  assert.equal(well.code, 0);
  assert.match(well.out, /^http:\S+ is ready$/m);
  const program = JSON.parse((await herald.command('status', '--json')).out) as { ready: boolean; status: object };
  assert.equal(program.ready, true);
  assert.ok('resources' in program.status);
  const port = await freePort();
  const nobody = await runCommand(['status'], { HERALD_LISTEN: `127.0.0.1:${port}` });
  assert.deepEqual([nobody.code, nobody.out], [1, '']);
  assert.match(nobody.err, new RegExp(`no Herald answers at http://127\\.0\\.0\\.1:${port}: is it running`));
});

test('[BR-WH-019] [BR-TEST-001] dry-run tells what would become of alerts, and keeps nothing', async () => {
  const asked = receiver.requests.length;
  const { code, out } = await herald.command('dry-run', file('firing-critical'));
  assert.equal(code, 0);
  assert.match(out, /KubePodCrashLooping +default\/089c6e69d2c44267 +firing/);
  assert.match(out, /production, P1, namespace payments-prod/);
  assert.match(out, /tells ops, console/);
  assert.match((await herald.command('dry-run', file('firing-warning'))).out, /nobody is told/);
  assert.equal((await herald.command('dry-run', '/no/such/file')).code, 1);
  assert.equal(receiver.requests.length, asked);
});

test('[BR-AP-021] classify answers in lines of JSON, one for each name', async () => {
  const { code, out } = await withInput('shop-stg\n\nweb\n', 'classify', '--json', 'web-prod', '-');
  assert.equal(code, 0);
  const policy = (JSON.parse(out.split('\n')[0]!) as { policy: string }).policy;
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .map((line) => {
        const { namespace, environment, priority, reason, rule, policy } = JSON.parse(line) as Record<string, unknown>;
        return { namespace, environment, priority, reason, rule, policy };
      }),
    [
      {
        namespace: 'web-prod',
        environment: 'production',
        priority: 'P1',
        reason: 'environment.pattern',
        rule: '-prod$',
        policy,
      },
      {
        namespace: 'shop-stg',
        environment: 'staging',
        priority: 'P3',
        reason: 'environment.pattern',
        rule: '-stg$',
        policy,
      },
      {
        namespace: 'web',
        environment: 'production',
        priority: 'P1',
        reason: 'environment.default',
        rule: null,
        policy,
      },
    ],
  );
  assert.equal((await herald.command('classify')).code, 2);
});

test('[BR-CFG-002] check names every problem with file, line and path; a folder that is missing or empty is named', async () => {
  const good = await herald.command('check');
  assert.equal(good.code, 0);
  assert.match(good.out, /^good: 1 file, 4 sources, 2 channels/);
  const folder = temporaryFolder();
  const empty = await herald.command('check', folder);
  assert.deepEqual([empty.code, empty.out], [1, '']);
  assert.ok(empty.err.includes(folder), empty.err);
  assert.match(empty.err, /holds no \*\.yaml/);
  const missing = await herald.command('check', join(folder, 'nowhere'));
  assert.equal(missing.code, 1);
  assert.match(missing.err, /nowhere\n +does not exist/);

  await writeFile(join(folder, 'a.yaml'), SOURCES + route({ receivers: ['oops'] }));
  await writeFile(join(folder, 'b.yaml'), `${webhookChannel('ftp://x')}kind: [`);
  const broken = await herald.command('check', folder);
  assert.equal(broken.code, 1);
  assert.match(broken.err, /a\.yaml:\d+:\d+\n +spec\.receivers\[0\]: is "channel\/oops"/);
  assert.match(broken.err, /b\.yaml:\d+:\d+\n/);
  const program = await herald.command('check', folder, '--json');
  assert.equal(program.code, 1);
  const { ok, problems } = JSON.parse(program.out) as { ok: boolean; problems: { file: string; line: number }[] };
  assert.equal(ok, false);
  assert.ok(problems.length >= 2 && problems.every(({ line }) => line > 0), program.out);
});

test('[BR-NOT-023] [BR-TEST-002] channel test sends the way that all go, and tells what came of it', async () => {
  const before = receiver.requests.length;
  const { code, out, err } = await herald.command('channel', 'test', 'ops');
  assert.equal(code, 0, err);
  assert.match(out, /^(\S+) delivered: HTTP 200\n$/);
  const id = out.split(' ')[0];
  const sent = receiver.requests.slice(before).filter(({ headers }) => headers['webhook-id'] === id);
  assert.equal(sent.length, 1, 'the receiver has it once, under its id');
  const { body } = await get(`${herald.url}/v1/deliveries/${id}`);
  for (const step of ['delivery.queued', 'delivery.attempting', 'delivery.delivered'])
    assert.ok(JSON.stringify(body).includes(step), step);

  receiver.answerWith({ kind: 'reply', status: 401, body: 'who are you?' });
  const refused = await herald.command('channel', 'test', 'ops');
  receiver.answerWith({ kind: 'reply', status: 200 });
  assert.equal(refused.code, 1);
  assert.match(refused.out, /dead: .*HTTP 401: who are you\?/);
});

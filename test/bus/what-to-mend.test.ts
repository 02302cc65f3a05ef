/** What a real nats-server refuses until somebody changes its configuration, told apart from what passes by itself. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JetStreamApiError } from '@nats-io/jetstream';
import { type Bus, connectBus, isOutage } from '../../bus/connection.ts';
import { ensureStreams } from '../../bus/streams.ts';
import { whatToMend } from '../../bus/what-to-mend.ts';
import { freePort } from '../../gateway/free-port.ts';
import { silentLog } from '../../telemetry/log.ts';
import { atEnd } from '../support/leaks.ts';
import { startNats } from '../support/nats.ts';

const MOST = 16 * 1024 ** 3;
const account = (jetstream: string, user = '') =>
  `accounts { A { jetstream: ${jetstream}, users: [{ user: a, password: p ${user} }] } }`;
const denying = (subject: string) => account('enabled', `, permissions: { publish: { deny: ["${subject}"] } }`);

/** What a start meets there. */
async function errorOf(config: string, url: (port: number) => string, before?: (bus: Bus) => unknown) {
  const { port } = await startNats({ config, maxFileStore: MOST });
  try {
    const bus = await connectBus({ url: url(port), name: 'test', log: silentLog, patience: 0 });
    atEnd(() => bus.close());
    await before?.(bus);
    await ensureStreams(bus, { alert: 1, channel: 1 }, { ingestMaxBytes: 64 * 1024 * 1024 });
  } catch (error) {
    return error;
  }
  assert.fail('nothing was refused');
}

const asUser = (port: number) => `nats://a:p@127.0.0.1:${port}`;
const asStranger = (port: number) => `nats://a:guessed@127.0.0.1:${port}`;

const REFUSED: readonly (readonly [string, string, RegExp, ((port: number) => string)?, ((bus: Bus) => unknown)?])[] = [
  ['an account without JetStream', account('disabled'), /account" \(10039\): enable JetStream for the account/],
  [
    'an account with few streams',
    account('{ max_streams: 3, max_file: 10000000000, max_mem: 1000000 }'),
    /^NATS refuses, "maximum number of streams reached" \(10027\): raise max_streams of the account/,
  ],
  [
    'an account with little room',
    account('{ max_file: 100000000, max_mem: 1000000 }'),
    /\(10047\): give it more room: max_file of the account, max_file_store of the server$/,
  ],
  [
    'a user who may make no stream',
    denying('$JS.API.STREAM.CREATE.>'),
    /"Permissions Violation for Publish to "\$JS\.API\.STREAM\.CREATE\.\S+"": allow the user of NATS_URL everything/,
  ],
  ['a user who may not even ask', denying('$JS.API.INFO'), /: allow the user of NATS_URL everything in its account$/],
  ['a user whom it does not know', account('enabled'), /uthorization.*: NATS_URL must name a user that it/, asStranger],
  [
    "somebody's stream for all of Herald's subjects",
    account('enabled'),
    /\(10065\): give Herald an account of its own, or remove the stream that is in its way$/,
    asUser,
    (bus) => bus.jsm.streams.add({ name: 'OTHER', subjects: ['herald.>'] }),
  ],
];

for (const [what, config, mend, url = asUser, before] of REFUSED)
  test(`[BR-REL-004] ${what}: it is waited for, and said what a person has to do`, async () => {
    const error = await errorOf(config, url, before);
    assert.match(String(whatToMend(error)), mend);
    assert.ok(isOutage(error));
  });

test('what passes by itself is nothing for a person', async () => {
  const nobody = connectBus({ url: `nats://127.0.0.1:${await freePort()}`, name: 'test', log: silentLog, patience: 0 });
  const unreached = await nobody.catch((error: unknown) => error);
  const answers = [
    [503, 10008, 'JetStream system temporarily unavailable'],
    [500, 10009, 'JetStream cluster can not handle request'],
    [404, 10059, 'stream not found'],
    [500, 10118, 'stream is offline'],
  ] as const;
  const errors = answers.map(([code, err_code, description]) => new JetStreamApiError({ code, err_code, description }));
  for (const error of [unreached, ...errors]) {
    assert.equal(whatToMend(error), null);
    assert.ok(isOutage(error));
  }
  assert.deepEqual([whatToMend(new TypeError('a bug')), isOutage(new TypeError('a bug'))], [null, false]);
});

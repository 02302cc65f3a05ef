/** The taking-in role with both listeners, and with Sources beside the usual ones: one that asks for all it can, and one for large bodies. */

import { fileURLToPath } from 'node:url';
import { freePort } from '../../gateway/free-port.ts';
import { type Herald, startHerald } from './herald.ts';
import { startNats } from './nats.ts';
import { writeResources } from './resources.ts';
import type { Scratch } from './scratch.ts';
import { connect, countIngested, mustEqual } from './stored.ts';

/** Of the Source `guarded`. */
export const TOKEN = 'bench-0123456789abcdef0123456789abcdef';
const SOURCES = [
  `apiVersion: herald/v1
kind: Source
metadata: { name: guarded }
spec:
  format: alertmanager
  auth: { type: bearer, tokens: [{ env: BENCH_TOKEN }] }
  allowFrom: [10.0.0.0/8, 127.0.0.0/8, 'fd00::/8']
  limits: { source: { perSecond: 1000000 }, address: { perSecond: 1000000 }, concurrency: 100000 }
`,
  `apiVersion: herald/v1
kind: Source
metadata: { name: large }
spec: { format: alertmanager, auth: { type: none }, maxBodyBytes: 67108864 }
`,
];
const certificate = (name: string) => fileURLToPath(new URL(`../../test/fixtures/tls/${name}`, import.meta.url));

export interface Edge extends Herald {
  readonly tlsPort: number;
  /** Throws unless exactly so many alerts are kept that were not when it was asked before. */
  verify(accepted: number): Promise<void>;
}

/** Sources: `alertmanager`, `guarded`, `large`. */
export async function startEdge(scratch: Scratch): Promise<Edge> {
  const nats = await startNats(scratch);
  const config = writeResources(scratch, { url: 'http://127.0.0.1:9/nobody', more: SOURCES });
  const tlsPort = await freePort();
  const variables = {
    BENCH_TOKEN: TOKEN,
    HERALD_TLS_LISTEN: `127.0.0.1:${tlsPort}`,
    HERALD_TLS_CERT: certificate('server.pem'),
    HERALD_TLS_KEY: certificate('server.key'),
  };
  const herald = await startHerald(scratch, { command: ['run', 'ingress'], natsUrl: nats.url, config, variables });
  let kept = 0;
  return {
    ...herald,
    tlsPort,
    async verify(accepted) {
      kept += accepted;
      mustEqual('alerts that Herald counted', await herald.metric('herald_alerts_accepted_total'), kept);
      mustEqual('alerts stored in INGEST', await countIngested(await connect(scratch, nats.url)), kept);
    },
  };
}

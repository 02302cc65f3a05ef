/** The baseline of accepting: uWebSockets.js and JSON.parse, nothing kept. */

import { App, type ListenSocket, us_socket_local_port } from 'uWebSockets.js';
import { answerWith } from './child.ts';

answerWith<'listen', number>(
  () =>
    new Promise((resolve, reject) => {
      const app = App();
      app.post('/*', (res) => {
        let chunks: Buffer[] = [];
        res.onAborted(() => {
          chunks = [];
        });
        res.onData((chunk, isLast) => {
          chunks.push(Buffer.from(new Uint8Array(chunk)));
          if (!isLast) return;
          const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { alerts: unknown[] };
          res.cork(() => {
            res
              .writeStatus('202 Accepted')
              .writeHeader('content-type', 'application/json')
              .end(`{"accepted":${body.alerts.length}}`);
          });
        });
      });
      app.listen('127.0.0.1', 0, 0, (socket: ListenSocket | false) => {
        if (socket === false) reject(new Error('the bare server cannot listen'));
        else resolve(us_socket_local_port(socket));
      });
    }),
);

/** The mail server's process: as much of SMTP (RFC 5321, PIPELINING) as taking mails needs, so that receiving costs little. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { answerWith } from './child.ts';
import type { MailAnswer, MailQuestion } from './mail-sink.ts';

const ids = new Set<string>();
let mails = 0;
let connections = 0;

const server = createServer((socket) => {
  connections++;
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.write('220 sink\r\n');
  serve(socket);
});

function serve(socket: Socket): void {
  let buffered = '';
  let inMail = false;
  socket.setEncoding('latin1').on('data', (text: string) => {
    buffered += text;
    for (;;) {
      const end = buffered.indexOf(inMail ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const part = buffered.slice(0, end);
      buffered = buffered.slice(end + (inMail ? 5 : 2));
      if (inMail) {
        mails++;
        ids.add(/^message-id:\s+(\S+)/im.exec(part)?.[1] ?? '');
        socket.write('250 taken\r\n');
        inMail = false;
      } else {
        inMail = /^data$/i.test(part);
        socket.write(answerTo(part));
      }
    }
  });
}

function answerTo(command: string): string {
  if (/^ehlo /i.test(command)) return '250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n';
  if (/^data$/i.test(command)) return '354 go on\r\n';
  return '250 OK\r\n';
}

answerWith<MailQuestion, MailAnswer>(async ({ kind }) => {
  if (kind === 'listen') {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return { port: (server.address() as AddressInfo).port, mails, distinct: ids.size, connections };
});

/**
 * One keep-alive HTTP/1.1 connection with one request under way: no more than a load generator needs, on node:net or node:tls. It
 * takes a fraction of what node:http or undici take, which would measure themselves.
 */

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const READ_BUFFER = 16 * 1024;
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** `status` 0: the connection broke before the answer was whole. */
export type Answered = (status: number) => void;

export class HttpConnection {
  readonly #socket: Socket;
  #pending = '';
  #answered: Answered | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** `tls`: who signed the certificate is not asked. */
  static open(port: number, tls = false): Promise<HttpConnection> {
    return tls ? HttpConnection.#openTls(port) : HttpConnection.#openPlain(port);
  }

  static #openTls(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
      socket.setNoDelay(true);
      socket.on('error', (error) => reject(error));
      socket.once('secureConnect', () => {
        const connection = new HttpConnection(socket);
        socket.on('data', (data) => connection.read(data.toString('latin1')));
        socket.on('close', () => connection.broke());
        resolve(connection);
      });
    });
  }

  static #openPlain(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      let connection: HttpConnection | null = null;
      const socket = connect({
        host: '127.0.0.1',
        port,
        noDelay: true,
        onread: {
          buffer: Buffer.allocUnsafe(READ_BUFFER),
          callback(length, buffer) {
            connection?.read(Buffer.from(buffer.buffer, buffer.byteOffset, length).toString('latin1'));
            return true;
          },
        },
      });
      socket.once('connect', () => {
        connection = new HttpConnection(socket);
        resolve(connection);
      });
      socket.on('error', (error) => reject(error));
      socket.on('close', () => connection?.broke());
    });
  }

  /** `bytes` must stay as they are until the answer. */
  send(bytes: Buffer, answered: Answered): void {
    this.#answered = answered;
    if (this.#socket.destroyed) this.broke();
    else this.#socket.write(bytes);
  }

  read(text: string): void {
    const all = this.#pending === '' ? text : this.#pending + text;
    const end = all.indexOf('\r\n\r\n');
    const length = end < 0 ? Number.NaN : Number(LENGTH.exec(all)?.[1] ?? 0);
    if (!(all.length >= end + 4 + length)) {
      this.#pending = all;
      return;
    }
    this.#pending = '';
    this.#tell(Number(all.slice(9, 12)));
  }

  broke(): void {
    this.#tell(0);
  }

  close(): void {
    this.#answered = null;
    this.#socket.destroy();
  }

  #tell(status: number): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(status);
  }
}

/** The part of uWebSockets.js that Herald uses: the package's own types are not reachable through its `exports` map. */
declare module 'uWebSockets.js' {
  /** Valid until it was answered or aborted; touching it afterwards throws. */
  export interface HttpResponse {
    writeStatus(status: string): HttpResponse;
    writeHeader(key: string, value: string): HttpResponse;
    /** Chunked encoding from the first call on. */
    write(chunk: string | Uint8Array): boolean;
    end(body?: string | Uint8Array, closeConnection?: boolean): HttpResponse;
    endWithoutBody(reportedContentLength?: number, closeConnection?: boolean): HttpResponse;
    /** Ends the connection at once; onAborted is called. */
    close(): HttpResponse;
    onAborted(handler: () => void): HttpResponse;
    /** The chunk's memory is taken away when the handler returns. */
    onData(handler: (chunk: ArrayBuffer, isLast: boolean) => void): HttpResponse;
    cork(callback: () => void): HttpResponse;
    getRemoteAddressAsText(): ArrayBuffer;
    /** PEM of what the client showed and the CA signed, empty where it showed none. Only on connections with TLS. */
    getX509Certificate?(): string;
  }
  /** Valid only while the route handler runs. */
  export interface HttpRequest {
    /** Empty when absent. */
    getHeader(lowerCaseKey: string): string;
    getParameter(index: number): string | undefined;
    getUrl(): string;
    /** Lower-case. */
    getMethod(): string;
    /** Without the question mark. */
    getQuery(): string | undefined;
    forEach(callback: (key: string, value: string) => void): void;
  }
  export interface ListenSocket {
    readonly opaque: unique symbol;
  }
  type Handler = (res: HttpResponse, req: HttpRequest) => void;
  export interface TemplatedApp {
    listen(host: string, port: number, options: number, callback: (socket: ListenSocket | false) => void): TemplatedApp;
    get(pattern: string, handler: Handler): TemplatedApp;
    head(pattern: string, handler: Handler): TemplatedApp;
    post(pattern: string, handler: Handler): TemplatedApp;
    put(pattern: string, handler: Handler): TemplatedApp;
    patch(pattern: string, handler: Handler): TemplatedApp;
    del(pattern: string, handler: Handler): TemplatedApp;
    options(pattern: string, handler: Handler): TemplatedApp;
    any(pattern: string, handler: Handler): TemplatedApp;
    /** Called with 1 when a connection opens (it may be closed right there), with -1 when one closes (its address is gone by then). */
    filter(callback: (res: HttpResponse, change: number) => void): TemplatedApp;
    /** Ends every connection and stops listening. */
    close(): TemplatedApp;
  }
  export function App(): TemplatedApp;
  /** With `ca_file_name`, a client is asked for a certificate: one that the CA did not sign ends the handshake, none does not. */
  export function SSLApp(options: {
    readonly key_file_name: string;
    readonly cert_file_name: string;
    readonly ca_file_name?: string;
    readonly ssl_ciphers?: string;
  }): TemplatedApp;
  export const LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  export function us_listen_socket_close(socket: ListenSocket): void;
  export function us_socket_local_port(socket: ListenSocket): number;
}

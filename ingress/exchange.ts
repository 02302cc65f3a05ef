/**
 * One request and its answer.
 *
 *   reading   -> handling   the body is complete
 *   reading   -> refusing   refused by its head; a short body is read to its end, so that the connection can be kept
 *   reading   -> lingering  refused with much of the body still to come: the answer is out, the rest is thrown away for a
 *                           while, since closing with unread input resets the connection and destroys the answer
 *   reading   -> done       too slow: 408
 *   reading   -> ending     its head can be read in two ways: 400
 *   reading   -> delaying   refused, and the answer waits; what comes of the body is thrown away
 *   handling  -> delaying   the same, once the body was looked at
 *   delaying  -> refusing, lingering or done, as if it had been refused now
 *   refusing  -> done       the body ended, or stopped coming
 *   lingering -> done       the body ended or paused: the answer ends; too much came: cut off
 *   handling  -> done       answered
 *   any but lingering -> ending -> done   the same, in a later turn, and the connection ends (body-length.ts)
 *   any       -> aborted    the sender is gone; a handler that runs is let finish
 */

import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { type AccessLogMode, isLogged, logAccess } from './access-log.ts';
import type { HttpMetrics } from './access-metrics.ts';
import { addressOf, type TrustedProxies } from './address.ts';
import { BodyBuffer, copyOf } from './body-buffer.ts';
import { type Ambiguity, ambiguous, endsConnection, UNTOLD } from './body-length.ts';
import { subjectsOf } from './certificate-subjects.ts';
import type { CompiledRoute } from './compiled-route.ts';
import type { DelayedAnswers } from './delayed-answers.ts';
import { type Limits, Patience } from './patience.ts';
import {
  decodeParams,
  headersWith,
  NO_BODY,
  NO_PARAMS,
  type OpenRequest,
  readHeaders,
  requestOf,
} from './request-head.ts';
import { type Admission, isReply, type Peer, type Reply } from './route.ts';
import {
  CLIENT_GONE,
  INTERNAL_ERROR,
  tooLarge,
  tooSlow,
  UNREADABLE_PATH,
  writeReply,
  writeUnended,
} from './write-reply.ts';

export interface ServerState {
  readonly log: Log;
  readonly metrics: HttpMetrics;
  readonly clock: Clock;
  /** Connections are closed after their answer. */
  draining: boolean;
  inFlight: number;
  readonly delayed: DelayedAnswers;
  readonly proxies: TrustedProxies;
  readonly accessLog: AccessLogMode;
}

type State = 'reading' | 'delaying' | 'refusing' | 'lingering' | 'handling' | 'ending' | 'done' | 'aborted';

/**
 * uWebSockets.js itself ends a connection after 8 to 12 seconds of silence, without an answer: ours must come first. For every
 * 160 KiB of a body it gives as much again, whatever comes in between.
 */
const SLOW = { idle: 7000, total: 60_000, pace: 160 * 1024 };
const LINGER = { idle: 250, total: 2000, pace: 0 };
/** Beyond the limit of the route. */
const LINGER_BYTES = 64 * 1024 * 1024;
const READ_TO_END = 256 * 1024;

export class Exchange implements Peer {
  #state: State = 'reading';
  #request: OpenRequest | null = null;
  #isHead = false;
  #limit = 0;
  #received = 0;
  #body: BodyBuffer | null = null;
  /** Bytes of the body, as its head says. */
  #announced = 0;
  #refusal: Reply | null = null;
  #patience: Patience | null = null;
  /** Gone when begin returns. */
  #head: UwsRequest | null = null;
  #address: string | null = null;
  #cancelDelay: (() => void) | null = null;
  #isComplete = false;
  /** After the answer. */
  #endsConnection = false;
  readonly #startedAt: number;
  readonly #res: UwsResponse;
  readonly #route: CompiledRoute;
  readonly #server: ServerState;

  constructor(res: UwsResponse, route: CompiledRoute, server: ServerState) {
    this.#res = res;
    this.#route = route;
    this.#server = server;
    this.#startedAt = server.clock.monotonic();
  }

  /** Everything of `req` is read here: it is gone when this returns. */
  begin(req: UwsRequest): void {
    this.#server.inFlight += 1;
    this.#res.onAborted(() => this.#abort());
    const method = req.getMethod();
    this.#isHead = method === 'head';
    this.#head = req;
    const { accessLog, proxies } = this.#server;
    // Of the others it is asked for when they turn out to be of interest; behind a proxy that would be too late.
    if (accessLog === 'all' || (accessLog === 'refused' && proxies.areThere)) this.address();
    const { length, fields } = readHeaders(req, this.#route.headers);
    const params = decodeParams(req, this.#route.params);
    this.#request = requestOf(req, this.#isHead ? 'GET' : method.toUpperCase(), params ?? NO_PARAMS, fields, this);
    if (typeof length !== 'number') {
      this.#refuseAmbiguous(length);
      return;
    }
    this.#announced = length;
    this.#endsConnection = endsConnection(method, length);
    const admission = params === null ? UNREADABLE_PATH : this.#admit(this.#request);
    this.#head = null;
    if (length > 0) this.#res.onData((chunk, isLast) => this.#onData(chunk, isLast));
    if (isReply(admission)) {
      if (!this.#isDelayed(admission, length)) this.#refuse(admission, length);
      return;
    }
    this.#limit = admission.maxBodyBytes;
    if (length === 0) this.#handle(NO_BODY);
    // A chunked body that has not begun yet calls nobody: its patience begins here.
    else if (length === UNTOLD) this.#watch(SLOW);
    else if (length > this.#limit) this.#refuse(tooLarge(this.#limit), length);
  }

  /** At once, and the connection ends: nobody can say what the bytes behind the head are. */
  #refuseAmbiguous(code: Ambiguity): void {
    this.#head = null;
    this.#endsConnection = true;
    this.#send(ambiguous(code), true);
  }

  #admit(request: OpenRequest): Admission {
    try {
      return this.#route.admit(request);
    } catch (error) {
      return this.#failed(error);
    }
  }

  header(name: string): string {
    return this.#head?.getHeader(name) ?? '';
  }

  headersWith(prefix: string): readonly (readonly [string, string])[] {
    return this.#head === null ? [] : headersWith(this.#head, prefix);
  }

  address(): string {
    this.#address ??= this.#server.proxies.client(addressOf(this.#res), (name) => this.header(name));
    return this.#address;
  }

  certificateSubjects(): readonly string[] | null {
    return subjectsOf(this.#res.getX509Certificate?.() ?? '');
  }

  #onData(chunk: ArrayBuffer, isLast: boolean): void {
    this.#received += chunk.byteLength;
    switch (this.#state) {
      case 'reading':
        this.#read(chunk, isLast);
        return;
      case 'refusing':
        if (isLast) this.#send(this.#refusal!, false);
        else this.#keepPace();
        return;
      case 'lingering':
        if (isLast) this.#stopLingering();
        else if (this.#received > this.#limit + LINGER_BYTES) this.#cutOff();
        else this.#patience?.came(this.#received);
        return;
      case 'delaying':
        if (isLast) this.#isComplete = true;
        return;
      case 'handling':
      case 'ending':
      case 'done':
      case 'aborted':
        return;
      default:
        this.#state satisfies never;
    }
  }

  #read(chunk: ArrayBuffer, isLast: boolean): void {
    if (this.#received > this.#limit) {
      this.#body = null;
      this.#refuse(tooLarge(this.#limit), isLast ? 0 : Number.POSITIVE_INFINITY);
      return;
    }
    // Nearly every body comes in one piece.
    if (isLast && this.#body === null) {
      this.#handle(copyOf(chunk));
      return;
    }
    this.#body ??= new BodyBuffer(this.#announced);
    this.#body.add(chunk);
    if (isLast) this.#handle(this.#body.bytes());
    else this.#keepPace();
  }

  #handle(body: Buffer): void {
    this.#patience?.end();
    this.#state = 'handling';
    this.#body = null;
    const request = this.#request!;
    request.body = body;
    try {
      const reply = this.#route.handle(request);
      if (reply instanceof Promise) reply.then(this.#settled, this.#settledWithError);
      else this.#settled(reply);
    } catch (error) {
      this.#settledWithError(error);
    }
  }

  readonly #settled = (reply: Reply): void => {
    if (this.#state === 'aborted') this.#finish(CLIENT_GONE);
    else if (!this.#isDelayed(reply, 0)) this.#send(reply, false);
  };

  readonly #settledWithError = (error: unknown): void => this.#settled(this.#failed(error));

  #failed(error: unknown): Reply {
    this.#server.log.error(
      { event: 'http.handler-failed', error, route: this.#route.name },
      'a request led to an error',
    );
    return INTERNAL_ERROR;
  }

  /** `remaining`: bytes of the body that are still to come. */
  #isDelayed(reply: Reply, remaining: number): boolean {
    if (reply.delay === undefined || this.#server.draining) return false;
    const before = this.#received;
    this.#cancelDelay = this.#server.delayed.wait(reply.delay, () => {
      this.#cancelDelay = null;
      this.#refuse(reply, this.#isComplete ? 0 : Math.max(0, remaining - (this.#received - before)));
    });
    if (this.#cancelDelay === null) return false;
    this.#state = 'delaying';
    return true;
  }

  #refuse(reply: Reply, remaining: number): void {
    if (remaining === 0) {
      this.#send(reply, false);
    } else if (remaining <= READ_TO_END) {
      this.#state = 'refusing';
      this.#refusal = reply;
    } else {
      this.#state = 'lingering';
      if (this.#server.accessLog !== 'off') this.address();
      writeUnended(this.#res, reply);
      this.#answered(reply);
      this.#watch(LINGER);
    }
  }

  /**
   * The end of the answer: its sender has read `Connection: close` and hangs up. (uWebSockets.js cannot close after a
   * chunked answer: it would write the header into the body. It closes by itself 10 s later.)
   */
  #stopLingering(): void {
    this.#leave();
    this.#res.cork(() => this.#res.end());
  }

  /** Who still sends after so much has thrown the answer away: no more of this. */
  #cutOff(): void {
    this.#leave();
    this.#res.close();
  }

  #leave(): void {
    this.#state = 'done';
    this.#patience?.end();
    this.#server.inFlight -= 1;
  }

  /**
   * Where the connection ends, in a later turn: uWebSockets.js goes on with what stands behind the request in the same packet even
   * after an answer that closes. While none is there, a further request ends the connection.
   */
  #send(reply: Reply, close: boolean): void {
    if (!this.#endsConnection) {
      this.#sendNow(reply, close);
      return;
    }
    this.#state = 'ending';
    setImmediate(() => {
      if (this.#state === 'ending') this.#sendNow(reply, true);
    });
  }

  #sendNow(reply: Reply, close: boolean): void {
    this.#state = 'done';
    if (reply.status >= 400 && this.#server.accessLog !== 'off') this.address();
    writeReply(this.#res, reply, this.#isHead, close || this.#server.draining);
    this.#finish(reply);
  }

  #keepPace(): void {
    if (this.#patience === null) this.#watch(SLOW);
    else this.#patience.came(this.#received);
  }

  #watch(limits: Limits): void {
    this.#patience?.end();
    this.#patience = new Patience(this.#server.clock, limits, this.#received, () => this.#exhausted());
  }

  #exhausted(): void {
    if (this.#state === 'reading') this.#send(tooSlow(), true);
    else if (this.#state === 'refusing') this.#send(this.#refusal!, true);
    else if (this.#state === 'lingering') this.#stopLingering();
  }

  #abort(): void {
    const before = this.#state;
    if (before === 'done') return;
    this.#state = 'aborted';
    this.#cancelDelay?.();
    this.#body = null;
    // The answer of a lingering one is out and counted; a handler that runs finishes first.
    if (before === 'lingering') this.#server.inFlight -= 1;
    else if (before !== 'handling') this.#finish(CLIENT_GONE);
    this.#patience?.end();
  }

  #finish(reply: Reply): void {
    this.#patience?.end();
    this.#server.inFlight -= 1;
    this.#answered(reply);
  }

  #answered(reply: Reply): void {
    const { metrics, accessLog, log } = this.#server;
    const seconds = this.#elapsed();
    const { name: route } = this.#route;
    metrics.request(route, reply.status, seconds);
    if (!isLogged(accessLog, reply)) return;
    const { method = '', url = '', source, identity } = this.#request ?? {};
    const of = { method, url, route, source, by: identity?.name, address: this.#address ?? '', bytes: this.#received };
    logAccess(log, { ...of, reply, seconds });
  }

  /** Seconds. */
  #elapsed(): number {
    return (this.#server.clock.monotonic() - this.#startedAt) / 1000;
  }
}

/** What a route is: how any part of Herald puts something behind a path, without knowing the HTTP server. */

import type { Identity } from '../access/identity.ts';
import type { RouteAccess } from '../access/permit.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** The other end of the connection that a request came on. Asked only where somebody needs to know: most requests cost nothing here. */
export interface Peer {
  /** Any header, empty when absent. Only while the head is looked at (`admit`). */
  header(name: string): string;
  /** Names in lower case, with their values, in the order in which they came. Only while the head is looked at. */
  headersWith(prefix: string): readonly (readonly [name: string, value: string])[];
  /** Of the client itself where a trusted proxy stands between. To be asked for while the head is looked at; the same later. */
  address(): string;
  /** Common and alternative names of the certificate that it showed and the CA signed; null: none was shown. */
  certificateSubjects(): readonly string[] | null;
}

/** What is known of a request before its body was read. */
export interface RequestHead {
  /** Upper-case. A HEAD request reaches GET routes as `GET`. */
  readonly method: string;
  /** As the sender wrote it, without the query. */
  readonly url: string;
  /** Percent-decoded, by the names in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  /** Raw, without the question mark. `new URLSearchParams(query)` reads it. */
  readonly query: string;
  /** Lower-case names. Only those that the route asked for, if it did. */
  readonly headers: Readonly<Record<string, string>>;
  /** Left out where there is no connection, as in tests. */
  readonly peer?: Peer;
  /** What `admit` keeps of the head for `handle`. */
  presented?: unknown;
  /** Of a CloudEvent whose attributes stand in headers; names without `ce-`. */
  attributes?: Readonly<Record<string, string>> | null;
  /** Headers that the mapping of its Source asks for. */
  passedHeaders?: Readonly<Record<string, string>> | null;
  /** Name of the Source that it is for, once that is known. */
  source?: string;
  /** Who asks, once that is known: of the operators' API by api/guard.ts. null: nobody has looked. */
  identity?: Identity | null;
}

export interface HttpRequest extends RequestHead {
  /** A copy: may be kept. */
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds that the answer waits: who guesses credentials gets them slowly. */
  readonly delay?: number;
  /** Why, where it is a refusal. For the access log, as is `receipt`. */
  readonly code?: string;
  readonly receipt?: string;
}

/** May the body come, and how large? */
export type Admission = { readonly maxBodyBytes: number } | Reply;

export interface Route {
  readonly method: Method | readonly Method[];
  /** `/v1/alerts/:tenant/:fingerprint` (or `{tenant}`): a name takes one segment; `/*` at the end takes the rest. */
  readonly path: string;
  /** Who may ask. */
  readonly access: RouteAccess;
  /** Default: 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Which headers to hand over (lower-case): a busy route saves the copying of the others. Absent: all. */
  readonly headers?: readonly string[];
  /** Looks at the head alone, so that a request can be refused before its body is read. */
  admit?(head: RequestHead): Admission;
  handle(request: HttpRequest): Promise<Reply> | Reply;
}

export function isReply(admission: Admission): admission is Reply {
  return 'status' in admission;
}

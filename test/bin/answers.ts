/** A server that answers as a Herald would, so that what a command makes of each answer can be tested. */

import { type Answer, type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver.ts';

export interface FakeHerald {
  readonly receiver: Receiver;
  readonly variables: { readonly HERALD_LISTEN: string };
}

export type Answers = Readonly<Record<string, Answer | ((request: ReceivedRequest) => Answer)>>;

/** `answers` by `METHOD /path` without the query; what is not there is a 404. */
export async function fakeHerald(answers: Answers): Promise<FakeHerald> {
  const receiver = await startReceiver({
    script(request) {
      const answer = answers[`${request.method} ${request.path.split('?')[0]}`];
      if (answer === undefined) return json({ title: 'Not found', detail: request.path }, 404);
      return typeof answer === 'function' ? answer(request) : answer;
    },
  });
  return { receiver, variables: { HERALD_LISTEN: `127.0.0.1:${receiver.port}` } };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return {
    kind: 'reply',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

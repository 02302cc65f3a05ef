/**
 * A Teams Workflow with the trigger "When a Teams webhook request is received", as its documentation has it:
 * learn.microsoft.com/connectors/teams (28 KB a message; the trigger's schema `message` with `attachments`),
 * learn.microsoft.com/azure/logic-apps/logic-apps-http-endpoint (202 Accepted, errors as `{"error":{"code","message"}}`), and
 * adaptivecards.io/explorer for what a card may hold.
 */

import { type Answer, type ReceivedRequest, type Receiver, startReceiver } from '../receiver.ts';
import { type FaultOf, underFaults } from './fault.ts';

type Json = Record<string, unknown>;

export interface TeamsServer {
  readonly receiver: Receiver;
  readonly url: string;
  /** The cards that it took, without their wrapping. */
  readonly cards: readonly Json[];
  next(...answers: readonly Answer[]): void;
}

const SIGNATURE =
  '/workflows/abc/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=s3cret';
const CARD = 'application/vnd.microsoft.card.adaptive';

export function teamsError(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Answer {
  return { kind: 'reply', status, headers, body: JSON.stringify({ error: { code, message } }) };
}

export async function startTeams(
  wrapping: 'message' | 'bare' = 'message',
  faultOf: FaultOf = () => null,
): Promise<TeamsServer> {
  const cards: Json[] = [];
  const planned: Answer[] = [];
  const take = (request: ReceivedRequest): Answer => {
    if (!request.path.includes('sig=s3cret'))
      return teamsError(401, 'DirectApiAuthorizationRequired', 'The request must be authenticated.');
    if (Buffer.byteLength(request.body) > 28 * 1024)
      return teamsError(413, 'RequestEntityTooLarge', 'Request Entity too large');
    const card = unwrap(JSON.parse(request.body) as Json, wrapping);
    const problems = card === null ? ['no card'] : cardProblems(card);
    if (problems.length > 0) return teamsError(400, 'TriggerInputSchemaMismatch', problems.join('; '));
    cards.push(card!);
    return { kind: 'reply', status: 202 };
  };
  const receiver = await startReceiver({ script: underFaults((request) => planned.shift() ?? take(request), faultOf) });
  return {
    receiver,
    url: `${new URL(receiver.url).origin}${SIGNATURE}`,
    cards,
    next: (...answers) => void planned.push(...answers),
  };
}

function unwrap(body: Json, wrapping: 'message' | 'bare'): Json | null {
  if (wrapping === 'bare') return body;
  const [first] = (body.attachments ?? []) as Json[];
  return body.type === 'message' && first?.contentType === CARD ? (first.content as Json) : null;
}

const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  TextBlock: ['text', 'wrap', 'weight', 'size', 'style'],
  RichTextBlock: ['inlines', 'spacing'],
  FactSet: ['facts'],
  Container: ['items', 'style', 'bleed', 'separator', 'spacing'],
};
const RUN = ['text', 'color', 'weight', 'size', 'isSubtle', 'italic', 'selectAction'];

export function cardProblems(card: Json): string[] {
  const problems: string[] = [];
  if (card.type !== 'AdaptiveCard' || card.version !== '1.5') problems.push('type AdaptiveCard, version 1.5');
  const actions = (card.actions ?? []) as Json[];
  if (actions.length > 6) problems.push('more than six actions');
  for (const action of actions) problems.push(...actionProblems(action));
  return [...problems, ...((card.body ?? []) as Json[]).flatMap(elementProblems)];
}

function elementProblems(element: Json): string[] {
  const known = ELEMENTS[String(element.type)];
  if (known === undefined) return [`no element ${String(element.type)}`];
  const problems = Object.keys(element)
    .filter((name) => name !== 'type' && !known.includes(name))
    .map((name) => `${String(element.type)} has no ${name}`);
  for (const run of (element.inlines ?? []) as Json[]) problems.push(...runProblems(run));
  for (const { title, value } of (element.facts ?? []) as Json[]) {
    if (typeof title !== 'string' || typeof value !== 'string') problems.push('a fact has a title and a value');
  }
  return [...problems, ...((element.items ?? []) as Json[]).flatMap(elementProblems)];
}

function runProblems(run: Json): string[] {
  if (run.type !== 'TextRun' || typeof run.text !== 'string') return ['inlines are TextRuns'];
  const unknown = Object.keys(run).filter((name) => name !== 'type' && !RUN.includes(name));
  return [
    ...unknown.map((name) => `TextRun has no ${name}`),
    ...(run.selectAction === undefined ? [] : actionProblems(run.selectAction as Json)),
  ];
}

function actionProblems({ type, url, mode }: Json): string[] {
  if (mode !== undefined && mode !== 'primary' && mode !== 'secondary') return [`no mode ${String(mode)}`];
  return type === 'Action.OpenUrl' && /^https?:/.test(String(url))
    ? []
    : [`no action ${String(type)} to ${String(url)}`];
}

/**
 * Incoming webhooks of chats, as their documentation has them:
 * Mattermost, docs.mattermost.com "Incoming webhooks" (200 `ok`; errors as JSON with id, message, status_code; 16,383 characters);
 * Discord, discord.com/developers "Execute Webhook", "Embed limits", "Rate limits" (`wait`, 50035, `retry_after` in seconds);
 * Google Chat, developers.google.com/workspace/chat "Build as a webhook" and "Cards v2" (the message as JSON; google.rpc.Status);
 * Rocket.Chat, docs.rocket.chat "Incoming webhook" (`{"success":true}`; 5,000 characters).
 */

import { type Answer, type ReceivedRequest, type Receiver, startReceiver } from '../receiver.ts';

type Json = Record<string, unknown>;
export type Chat = 'mattermost' | 'discord' | 'googlechat' | 'rocketchat';

export interface ChatServer {
  readonly receiver: Receiver;
  readonly url: string;
  readonly messages: readonly Json[];
  next(...answers: readonly Answer[]): void;
}

const PATHS: Readonly<Record<Chat, string>> = {
  mattermost: '/hooks/s3cret',
  discord: '/api/webhooks/1/s3cret',
  googlechat: '/v1/spaces/AAA/messages?key=k&token=t',
  rocketchat: '/hooks/1/s3cret',
};

/** What Mattermost ("Check system health") and Rocket.Chat ("Get server info") answer everybody. */
const HEALTH: Readonly<Record<string, Json>> = {
  '/api/v4/system/ping': { status: 'OK' },
  '/api/info': { version: '7.10', success: true },
};

export function answerJson(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    kind: 'reply',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

export async function startChat(chat: Chat): Promise<ChatServer> {
  const messages: Json[] = [];
  const planned: Answer[] = [];
  const take = (request: ReceivedRequest): Answer => {
    if (chat === 'discord' && request.method === 'GET') return answerJson(200, { id: '1', type: 1, name: 'Herald' });
    const health = request.method === 'GET' ? HEALTH[request.path] : undefined;
    if (health !== undefined) return answerJson(200, health);
    const body = JSON.parse(request.body) as Json;
    const problem = PROBLEMS[chat](body, request);
    if (problem !== null) return refusal(chat, problem);
    messages.push(body);
    return success(chat, messages.length, request);
  };
  const receiver = await startReceiver({ script: (request) => planned.shift() ?? take(request) });
  return {
    receiver,
    url: `${new URL(receiver.url).origin}${PATHS[chat]}`,
    messages,
    next: (...answers) => void planned.push(...answers),
  };
}

function success(chat: Chat, count: number, { path }: ReceivedRequest): Answer {
  switch (chat) {
    case 'mattermost':
      return { kind: 'reply', status: 200, body: 'ok' };
    case 'discord':
      return path.includes('wait=true')
        ? answerJson(200, { id: `11${count}`, type: 0 })
        : { kind: 'reply', status: 204 };
    case 'googlechat':
      return answerJson(200, { name: `spaces/AAA/messages/${count}`, thread: { name: 'spaces/AAA/threads/T' } });
    case 'rocketchat':
      return answerJson(200, { success: true });
    default:
      return chat satisfies never;
  }
}

function refusal(chat: Chat, problem: string): Answer {
  switch (chat) {
    case 'mattermost':
      return answerJson(400, { id: 'web.incoming_webhook.parse.app_error', message: problem, status_code: 400 });
    case 'discord':
      return answerJson(400, { message: 'Invalid Form Body', code: 50035, errors: { problem } });
    case 'googlechat':
      return answerJson(400, { error: { code: 400, message: problem, status: 'INVALID_ARGUMENT' } });
    case 'rocketchat':
      return answerJson(400, { success: false, error: problem });
    default:
      return chat satisfies never;
  }
}

const PROBLEMS: Readonly<Record<Chat, (body: Json, request: ReceivedRequest) => string | null>> = {
  mattermost: (body) => attachmentProblem(body, 16_383),
  rocketchat: (body) => attachmentProblem(body, 5000),
  discord(body) {
    const embeds = (body.embeds ?? []) as Json[];
    if (String(body.content ?? '').length > 2000) return 'content: 2000 or fewer';
    if (embeds.length > 10) return 'embeds: 10 or fewer';
    return embeds.map(embedProblem).find((problem) => problem !== null) ?? null;
  },
  googlechat(body, { path }) {
    if (Buffer.byteLength(JSON.stringify(body)) > 32_000) return 'message is too large';
    if (body.thread !== undefined && !path.includes('messageReplyOption='))
      return 'threadKey needs a messageReplyOption';
    for (const { cardId, card } of (body.cardsV2 ?? []) as {
      cardId: string;
      card: { sections: { widgets: Json[] }[] };
    }[]) {
      if (typeof cardId !== 'string') return 'cardId is missing';
      for (const { widgets } of card.sections) {
        for (const widget of widgets) {
          const [name = ''] = Object.keys(widget);
          if (!['textParagraph', 'decoratedText', 'buttonList'].includes(name)) return `no widget ${name}`;
        }
      }
    }
    return null;
  },
};

function attachmentProblem(body: Json, most: number): string | null {
  const attachments = (body.attachments ?? []) as Json[];
  if (body.text === undefined && attachments.length === 0) return 'neither text nor attachments';
  const length = attachments.reduce((sum, { title, text }) => sum + String(title).length + String(text).length, 0);
  if (length > most) return 'too long';
  for (const { color, fields } of attachments) {
    if (!/^#[0-9a-f]{6}$/.test(String(color))) return 'no colour';
    for (const { title, value, short } of (fields ?? []) as Json[]) {
      if (typeof title !== 'string' || typeof value !== 'string' || typeof short !== 'boolean') return 'no field';
    }
  }
  return null;
}

function embedProblem(embed: Json): string | null {
  const {
    title = '',
    description = '',
    fields = [],
    color,
  } = embed as {
    title?: string;
    description?: string;
    fields?: { name: string; value: string }[];
    color?: unknown;
  };
  if (title.length > 256) return 'title: 256 or fewer';
  if (description.length > 4096) return 'description: 4096 or fewer';
  if (fields.length > 25) return 'fields: 25 or fewer';
  if (!Number.isInteger(color) || Number(color) < 0 || Number(color) > 0xffffff) return 'color: a number';
  if (fields.some(({ name, value }) => name.length < 1 || name.length > 256 || value.length < 1 || value.length > 1024))
    return 'a field';
  const all = fields.reduce(
    (sum, { name, value }) => sum + name.length + value.length,
    title.length + description.length,
  );
  return all > 6000 ? 'embeds: 6000 or fewer in all' : null;
}

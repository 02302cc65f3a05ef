/** Where mails go: a loopback SMTP server in a process of its own (mail-sink-child.ts). */

import { type Child, startChild } from './child.ts';
import type { Scratch } from './scratch.ts';

export type MailQuestion = { readonly kind: 'listen' } | { readonly kind: 'count' };

export interface MailAnswer {
  readonly port: number;
  readonly mails: number;
  /** Different Message-IDs among them. */
  readonly distinct: number;
  readonly connections: number;
}

export async function startMailSink(
  scratch: Scratch,
): Promise<{ port: number; child: Child<MailQuestion, MailAnswer> }> {
  const child = startChild<MailQuestion, MailAnswer>(scratch, './mail-sink-child.ts');
  const { port } = await child.ask({ kind: 'listen' });
  return { port, child };
}
